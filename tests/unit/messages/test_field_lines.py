"""How one field of a plan reads."""

import pytest

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import difference, field_lines, shown_value
from billetbro.models import FieldChange, Kind, Written

SAY = Translator("da")
PRICES = {"71": "Voksen"}


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        pytest.param("name", None, "-", id="none"),
        pytest.param("address.address2", "", "-", id="empty"),
        pytest.param("begin_at", "2026-07-01T17:00:00Z", "01.07.2026 19:00", id="summer time"),
        pytest.param("sale_close_at", "2026-12-31T23:30:00Z", "01.01.2027 00:30", id="the next year in Denmark"),
        pytest.param("value", 7550, "75,50 kr.", id="kroner"),
        pytest.param("value", 0, "0,00 kr.", id="free"),
        pytest.param("price.Voksen", 10005, "100,05 kr.", id="a new event's price"),
        pytest.param("capacity", 10005, "10005", id="a number"),
        pytest.param("passive", True, "ja", id="yes"),
        pytest.param("mute", False, "nej", id="no"),
        pytest.param("capacity", "∞", "∞", id="unlimited"),
    ],
)
def test_value_reads_as_a_dane_reads_it(field: str, value: Written, shown: str) -> None:
    assert shown_value(SAY, field, value) == shown


@pytest.mark.parametrize(
    ("kind", "change", "lines"),
    [
        pytest.param(Kind.UPDATE, ("name", "A", "B"), ["navn: A -> B"], id="changed"),
        pytest.param(Kind.CREATE, ("name", None, "B"), ["navn: B"], id="new event"),
        pytest.param(Kind.CREATE, ("price.Voksen", None, 5), ["pris ”Voksen”: 0,05 kr."], id="its price"),
        pytest.param(Kind.CREATE, ("price.a.name", None, 5), ["pris ”a.name”: 0,05 kr."], id="odd name"),
        pytest.param(
            Kind.DRIFT,
            ("price.71.value", 100, None),
            ["pris ”Voksen”, beløb: 1,00 kr. -> -"],
            id="price deleted by staff",
        ),
        pytest.param(
            Kind.DRIFT, ("price.72.name", "A", "B"), ["pris ”nr. 72”, navn: A -> B"], id="price that is not known"
        ),
        pytest.param(
            Kind.WRITE_BACK, ("url", None, None), ["billetlink: - -> (tildeles af Place2book)"], id="address to be told"
        ),
        pytest.param(Kind.CLEAR_LINK, ("url", "https://a", None), ["billetlink: https://a -> -"], id="cleared"),
        pytest.param(
            Kind.UPDATE,
            ("description_short", "Kom\nglad", "Kom  sur"),
            ["kort beskrivelse:", "  - Kom glad", "  + Kom sur"],
            id="description",
        ),
        pytest.param(
            Kind.CREATE, ("description_short", None, "Kom glad"), ["kort beskrivelse: Kom glad"], id="new description"
        ),
        pytest.param(Kind.UPDATE, ("unheard_of", 1, 2), ["unheard_of: 1 -> 2"], id="a field without a label"),
    ],
)
def test_field_reads_as_a_line(kind: Kind, change: tuple[str, Written, Written], lines: list[str]) -> None:
    field, old, new = change
    assert field_lines(SAY, kind, FieldChange(field=field, old=old, new=new), PRICES) == lines


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        pytest.param("", "Kom", ["+ Kom"], id="new"),
        pytest.param("Kom", "", ["- Kom"], id="gone"),
        pytest.param("Kom", "Kom glad", ["- Kom", "+ Kom glad"], id="longer"),
        pytest.param(
            "et to tre fire fem seks syv otte glad ni",
            "et to tre fire fem seks syv otte sur ni",
            ["- … tre fire fem seks syv otte glad ni", "+ … tre fire fem seks syv otte sur ni"],
            id="with its context",
        ),
        pytest.param(f"a{'b' * 96}", f"c{'d' * 95}", [f"- a{'b' * 94}…", f"+ c{'d' * 95}"], id="cut at the width"),
    ],
)
def test_difference_shows_where_texts_differ_first(old: str, new: str, lines: list[str]) -> None:
    assert difference(old, new) == lines
