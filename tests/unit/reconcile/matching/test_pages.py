"""The page that a description names, in the form in which pages are compared."""

import pytest

from billetbro.reconcile.matching.pages import host_of, normal_page, page_named_in
from tests.cases import cases

PAGE = "bibliotek.example/koncert?a=1&b=2"


@cases(
    "address",
    ("as it is", "https://bibliotek.example/koncert?a=1&b=2"),
    ("http, www and capitals in the host", "http://www.Bibliotek.example/koncert?a=1&b=2"),
    ("slash at the end", "https://bibliotek.example/koncert?a=1&b=2/"),
    ("fragment", "https://bibliotek.example/koncert?a=1&b=2#top"),
)
def test_page_in_any_spelling_has_one_form(address: str) -> None:
    assert normal_page(address) == PAGE


def test_paths_in_capitals_are_other_pages() -> None:
    assert normal_page("https://bibliotek.example/Koncert") != normal_page("https://bibliotek.example/koncert")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_page_named_last_counts_and_is_decoded(quote: str) -> None:
    link = f"<a href={quote}https://bibliotek.example/koncert?a=1&amp;b=2{quote}>Læs mere</a>"
    assert page_named_in(f'<p><a href="https://elsewhere.example">x</a></p><p>{link}</p>') == PAGE


def test_description_without_a_link_names_no_page() -> None:
    assert page_named_in("<p>https://bibliotek.example</p>") is None


def test_host_of_a_page_has_its_port() -> None:
    assert (host_of(PAGE), host_of("localhost:8080/x")) == ("bibliotek.example", "localhost:8080")
