"""What the fields of a change are called, for those who read plans and reports."""

from collections.abc import Mapping

from billetbro.messages.catalogue import Translator


def label_of(say: Translator, field: str, prices: Mapping[str, str]) -> str:
    """Return what a field is called; `prices` are the names of prices by their id, since fields name them by it.

    A new event's prices stand under their own names, `price.Voksen`.
    """
    if not field.startswith("price."):
        return say(f"label.{field}")
    name = field.removeprefix("price.")
    known, _, part = name.rpartition(".")
    if part not in ("name", "value") or not known.isdigit():
        return say("label.price", price=name)
    price = prices.get(known) or say("label.price_number", id=known)
    return say("label.price_part", price=price, part=say(f"label.{part}"))
