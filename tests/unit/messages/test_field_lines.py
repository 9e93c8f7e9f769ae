"""How one field of a plan reads."""

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import difference, field_lines, shown_value
from billetbro.models import FieldChange, Kind, Written
from tests.cases import cases

SAY = Translator("da")
PRICES = {"71": "Voksen"}


@cases(
    "field value shown",
    ("none", "name", None, "-"),
    ("empty", "address.address2", "", "-"),
    ("summer time", "begin_at", "2026-07-01T17:00:00Z", "01.07.2026 19:00"),
    ("the next year in Denmark", "sale_close_at", "2026-12-31T23:30:00Z", "01.01.2027 00:30"),
    ("kroner", "value", 7550, "75,50 kr."),
    ("free", "value", 0, "0,00 kr."),
    ("a new event's price", "price.Voksen", 10005, "100,05 kr."),
    ("a number", "capacity", 10005, "10005"),
    ("yes", "passive", True, "ja"),
    ("no", "mute", False, "nej"),
    ("unlimited", "capacity", "∞", "∞"),
)
def test_value_reads_as_a_dane_reads_it(field: str, value: Written, shown: str) -> None:
    assert shown_value(SAY, field, value) == shown


@cases(
    "kind change lines",
    ("changed", Kind.UPDATE, ("name", "A", "B"), ["navn: A -> B"]),
    ("new event", Kind.CREATE, ("name", None, "B"), ["navn: B"]),
    ("its price", Kind.CREATE, ("price.Voksen", None, 5), ["pris ”Voksen”: 0,05 kr."]),
    ("odd name", Kind.CREATE, ("price.a.name", None, 5), ["pris ”a.name”: 0,05 kr."]),
    ("price deleted by staff", Kind.DRIFT, ("price.71.value", 100, None), ["pris ”Voksen”, beløb: 1,00 kr. -> -"]),
    ("price that is not known", Kind.DRIFT, ("price.72.name", "A", "B"), ["pris ”nr. 72”, navn: A -> B"]),
    ("address to be told", Kind.WRITE_BACK, ("url", None, None), ["billetlink: - -> (tildeles af Place2book)"]),
    ("cleared", Kind.CLEAR_LINK, ("url", "https://a", None), ["billetlink: https://a -> -"]),
    (
        "description",
        Kind.UPDATE,
        ("description_short", "Kom\nglad", "Kom  sur"),
        ["kort beskrivelse:", "  - Kom glad", "  + Kom sur"],
    ),
    ("new description", Kind.CREATE, ("description_short", None, "Kom glad"), ["kort beskrivelse: Kom glad"]),
    ("a field without a label", Kind.UPDATE, ("unheard_of", 1, 2), ["unheard_of: 1 -> 2"]),
)
def test_field_reads_as_a_line(kind: Kind, change: tuple[str, Written, Written], lines: list[str]) -> None:
    field, old, new = change
    assert field_lines(SAY, kind, FieldChange(field=field, old=old, new=new), PRICES) == lines


@cases(
    "old new lines",
    ("new", "", "Kom", ["+ Kom"]),
    ("gone", "Kom", "", ["- Kom"]),
    ("longer", "Kom", "Kom glad", ["- Kom", "+ Kom glad"]),
    (
        "with its context",
        "et to tre fire fem seks syv otte glad ni",
        "et to tre fire fem seks syv otte sur ni",
        ["- … tre fire fem seks syv otte glad ni", "+ … tre fire fem seks syv otte sur ni"],
    ),
    ("cut at the width", f"a{'b' * 96}", f"c{'d' * 95}", [f"- a{'b' * 94}…", f"+ c{'d' * 95}"]),
)
def test_difference_shows_where_texts_differ_first(old: str, new: str, lines: list[str]) -> None:
    assert difference(old, new) == lines
