"""No cell of a file is taken for a formula."""

import pytest

from billetbro.warehouse.cells import safe_cell


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212", "\ufe66", "\ufe6b"]
)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\u00a0", "\u200b", "\ufeff", "\u200e", "\u00ad", "\u2060", "\x00"]
)
def test_cell_that_could_be_a_formula_begins_with_an_apostrophe(sign: str, before: str) -> None:
    cell = safe_cell(f"{before}{sign}1+1")
    assert (cell[0], cell.endswith(f"{sign}1+1")) == ("'", True)


@pytest.mark.parametrize("text", ["Koncert", "A = B", "12 - 14 år", "Jazz @ biblioteket", ""])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_cell_is_one_line() -> None:
    assert safe_cell(" Koncert\r\n=1+1 ") == "Koncert =1+1"
