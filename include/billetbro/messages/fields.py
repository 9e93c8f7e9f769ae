"""What the fields of a change are called, in both languages, for those who read plans and reports."""

from __future__ import annotations

from collections.abc import Mapping

from billetbro.messages.explanation_texts import Explanation

LABELS = {
    "name": Explanation("navn", "name"),
    "description_short": Explanation("kort beskrivelse", "short description"),
    "description_long": Explanation("lang beskrivelse", "long description"),
    "begin_at": Explanation("starter", "begins"),
    "end_at": Explanation("slutter", "ends"),
    "capacity": Explanation("antal billetter", "capacity"),
    "passive": Explanation("uden billetsalg", "passive"),
    "address.name": Explanation("sted", "place"),
    "address.address1": Explanation("adresse", "address"),
    "address.address2": Explanation("adresse, anden linje", "address, second line"),
    "address.postal_code": Explanation("postnummer", "postal code"),
    "address.city": Explanation("by", "town"),
    "address.phone": Explanation("telefon", "phone"),
    "address.country": Explanation("land", "country"),
    "sale_close_at": Explanation("salget slutter", "sale ends"),
    "sale_end_at": Explanation("prisens salg slutter", "the price's sale ends"),
    "value": Explanation("beløb", "amount"),
    "mute": Explanation("skjult på Place2books egne lister", "muted"),
    "kultunaut_export": Explanation("sendes til Kultunaut", "sent to Kultunaut"),
    "kultunaut_age_group": Explanation("Kultunauts aldersgruppe", "Kultunaut's age group"),
    "kultunaut_export_category": Explanation("Kultunauts kategori", "Kultunaut's category"),
    "kultunaut_picture_uri": Explanation("Kultunauts billede", "Kultunaut's picture"),
    "url": Explanation("billetlink", "ticket link"),
    "admin_url": Explanation("link for personalet", "link for staff"),
    "state": Explanation("status", "state"),
    "sold": Explanation("solgte billetter", "tickets sold"),
    "available": Explanation("ledige billetter", "tickets left"),
}


def label_of(field: str, prices: Mapping[str, str]) -> Explanation:
    """Return what a field is called; `prices` are the names of prices by their id, since fields name them by it.

    A new event's prices stand under their own names, `price.Voksen`.
    """
    if not field.startswith("price."):
        return LABELS.get(field, Explanation(field, field))
    known, _, part = field.removeprefix("price.").rpartition(".")
    if part not in ("name", "value") or not known.isdigit():
        name = field.removeprefix("price.")
        return Explanation(f"pris ”{name}”", f"price “{name}”")
    name = prices.get(known, f"nr. {known}")
    words = LABELS[part]
    return Explanation(f"pris ”{name}”, {words.da}", f"price “{name}”, {words.en}")
