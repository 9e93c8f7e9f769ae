"""Sales links in every form that was seen in the CMS's link field."""

from __future__ import annotations

import pytest

from billetbro.models.sales_links import is_place2book, pasted_link, seccode_anywhere, seccode_of

HOSTS = frozenset({"place2book.com", "www.place2book.com", "127.0.0.1:8100"})


@pytest.mark.parametrize(
    ("link", "seccode"),
    [
        pytest.param("https://www.place2book.com/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy", id="sw2"),
        pytest.param("http://place2book.com/en/sw2/sales/39pfs0v0xy", "39pfs0v0xy", id="http-english-no-www"),
        pytest.param("https://www.place2book.com/da/sw2/sales/39pfs0v0xy/", "39pfs0v0xy", id="trailing-slash"),
        pytest.param("https://www.place2book.com/da/sw2/sales/39pfs0v0xy?utm=x#a", "39pfs0v0xy", id="query"),
        pytest.param("HTTPS://WWW.Place2Book.COM/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy", id="capitals"),
        pytest.param("https://www.place2book.com:443/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy", id="default-port"),
        pytest.param("www.place2book.com/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy", id="no-scheme"),
        pytest.param("  https://www.place2book.com/da/sw2/sales/39pfs0v0xy\n", "39pfs0v0xy", id="white-space"),
        pytest.param(
            "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=12345678", "12345678", id="workflow"
        ),
        pytest.param(
            "https://place2book.com/en/sales_workflow/choose_tickets/?a=b&seccode=12345678&c=d", "12345678", id="order"
        ),
        pytest.param(
            "https://www.place2book.com/en/choose_ticket_sales_workflow?seccode=12345678",
            "12345678",
            id="choose-ticket",
        ),
        pytest.param(
            "http://place2book.com/da/choose_ticket_sales_workflow/?utm=x&seccode=ab12#top",
            "ab12",
            id="choose-ticket-http",
        ),
        pytest.param("https://www.place2book.com/en/5000/list/EM175?event_detail=ab12", "ab12", id="in-a-list"),
        pytest.param("place2book.com/da/5000/list/EM175/?a=b&event_detail=ab12", "ab12", id="in-a-list-slash"),
        pytest.param(
            "https://www.place2book.com/5000/list/EM175?event_detail=ab12", "ab12", id="in-a-list-no-language"
        ),
        pytest.param("http://place2book.com/events/ab12", "ab12", id="events"),
        pytest.param("https://test.place2book.com/events/ab12", "ab12", id="subdomain"),
        pytest.param("http://127.0.0.1:8100/da/sw2/sales/ab12", "ab12", id="the-connections-host-and-port"),
        pytest.param("https://www.place2book.com/da/sw2/sales/event_list/EM11444", None, id="organisers-list"),
        pytest.param("https://www.place2book.com/da/sw2/sales/event_list/EM11444/", None, id="organisers-list-slash"),
        pytest.param("http://place2book.com/en/sw2/sales/event_list/EM11444#top", None, id="organisers-list-fragment"),
        pytest.param(
            "https://www.place2book.com/da/sw2/sales/event_list/EM11444?seccode=ab12&event_detail=ab12",
            None,
            id="organisers-list-query",
        ),
        pytest.param("https://www.place2book.com/en/5000/list/EM175", None, id="another-organisers-list"),
        pytest.param("https://www.place2book.com/en/5000/list/EM175?event_detail=", None, id="list-without-a-detail"),
        pytest.param("https://www.place2book.com/en/5000/list/EM175?seccode=ab12", None, id="list-with-another-name"),
        pytest.param("https://www.place2book.com/da/sw2/sales/event_list", None, id="list-of-nobody"),
        pytest.param("https://www.place2book.com/da/sales_workflow/choose_tickets", None, id="no-seccode"),
        pytest.param("https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=", None, id="empty-seccode"),
        pytest.param("https://www.place2book.com/", None, id="front-page"),
    ],
)
def test_seccode_of_a_place2book_link_is_found(link: str, seccode: str | None) -> None:
    assert (seccode_of(link, HOSTS), is_place2book(link, HOSTS)) == (seccode, True)


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("https://billetter.example.com/events/ab12", id="another-vendor"),
        pytest.param("https://place2book.com.example.com/events/ab12", id="name-inside-another"),
        pytest.param("https://notplace2book.com/events/ab12", id="name-that-ends-like-it"),
        pytest.param("https://place2book.com@example.com/events/ab12", id="name-as-user"),
        pytest.param("https://example.com/?url=https://place2book.com/events/ab12", id="name-in-the-query"),
        pytest.param("http://127.0.0.1:8101/events/ab12", id="another-port"),
        pytest.param("http://127.0.0.1/events/ab12", id="no-port"),
        pytest.param("https://place2book.com:8443/events/ab12", id="unusual-port"),
        pytest.param("mailto:billetter@example.com", id="mail"),
        pytest.param("ftp://place2book.com/events/ab12", id="other-scheme"),
        pytest.param("/node/12", id="relative"),
        pytest.param("http://[::1", id="broken-address"),
        pytest.param("https://place2book.com:port/events/ab12", id="broken-port"),
        pytest.param("", id="empty"),
    ],
)
def test_seccode_of_any_other_link_is_none(link: str) -> None:
    assert (seccode_of(link, HOSTS), is_place2book(link, HOSTS)) == (None, False)


SOLD = "https://www.place2book.com/da/sales_workflow/choose_tickets?lang=da&seccode=ab12"


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param(f"\ufeff{SOLD}\u200b", id="zero-width-around"),
        pytest.param(f"\u202a{SOLD}\u202c", id="direction-marks-around"),
        pytest.param(SOLD.replace("/da/", "/\u200bda\u00ad/"), id="invisible-inside"),
        pytest.param(SOLD.replace("seccode=ab12", "seccode=a\u200db12"), id="joiner-in-the-seccode"),
        pytest.param(f"\u00a0\n{SOLD}\t ", id="space-around"),
        pytest.param(SOLD.replace("choose", "\r\nchoose"), id="broken-over-two-lines"),
        pytest.param(SOLD.replace("&", "&amp;"), id="escaped"),
        pytest.param(SOLD.replace("&", "&amp;amp;"), id="escaped-twice"),
        pytest.param(SOLD.replace("&", "&#38;"), id="escaped-by-number"),
        pytest.param(SOLD.replace("&", "&#x26;"), id="escaped-by-number-in-hex"),
        pytest.param(f"<{SOLD}>", id="angle-brackets"),
        pytest.param(f"({SOLD}).", id="in-brackets-at-the-end-of-a-sentence"),
        pytest.param(f"\u201d{SOLD}\u201d,", id="quoted"),
        pytest.param(SOLD.replace("https://www.place2book.com", "HTTP://PLACE2BOOK.COM"), id="capitals"),
        pytest.param(SOLD.removeprefix("https:"), id="no-scheme-but-slashes"),
    ],
)
def test_seccode_of_a_link_as_somebody_pasted_it_is_found(pasted: str) -> None:
    assert (seccode_of(pasted, HOSTS), is_place2book(pasted, HOSTS), seccode_anywhere(pasted)) == ("ab12", True, "ab12")


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\ufeff\u00ad\n", "<>"], ids=ascii)
def test_link_of_which_nothing_is_seen_is_none(nothing: str) -> None:
    assert (pasted_link(nothing), is_place2book(nothing, HOSTS), seccode_anywhere(nothing)) == ("", False, None)


def test_reference_that_only_looks_like_an_escaped_ampersand_stays() -> None:
    link = "https://billetter.example.com/?a=1&section=2&copy=3&ampere=4"
    assert pasted_link(link) == link


@pytest.mark.parametrize(
    ("link", "seccode"),
    [
        ("https://billetter.example.com/da/sw2/sales/ab12", "ab12"),
        ("http://127.0.0.1:8101/events/ab12", "ab12"),
        ("https://billetter.example.com/da/sw2/sales/event_list/EM11444", None),
        ("https://billetter.example.com/", None),
        ("ftp://billetter.example.com/events/ab12", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_seccode_anywhere_minds_the_form_of_a_link_and_not_its_site(link: str, seccode: str | None) -> None:
    assert seccode_anywhere(link) == seccode
