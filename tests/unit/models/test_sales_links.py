"""Sales links in every form that was seen in the CMS's link field."""

import pytest

from billetbro.models.sales_links import is_place2book, pasted_link, seccode_anywhere, seccode_of
from tests.cases import cases

HOSTS = frozenset({"place2book.com", "www.place2book.com", "127.0.0.1:8100"})


@cases(
    "link seccode",
    ("sw2", "https://www.place2book.com/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy"),
    ("http-english-no-www", "http://place2book.com/en/sw2/sales/39pfs0v0xy", "39pfs0v0xy"),
    ("trailing-slash", "https://www.place2book.com/da/sw2/sales/39pfs0v0xy/", "39pfs0v0xy"),
    ("query", "https://www.place2book.com/da/sw2/sales/39pfs0v0xy?utm=x#a", "39pfs0v0xy"),
    ("capitals", "HTTPS://WWW.Place2Book.COM/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy"),
    ("default-port", "https://www.place2book.com:443/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy"),
    ("no-scheme", "www.place2book.com/da/sw2/sales/39pfs0v0xy", "39pfs0v0xy"),
    ("white-space", "  https://www.place2book.com/da/sw2/sales/39pfs0v0xy\n", "39pfs0v0xy"),
    ("workflow", "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=12345678", "12345678"),
    ("order", "https://place2book.com/en/sales_workflow/choose_tickets/?a=b&seccode=12345678&c=d", "12345678"),
    ("choose-ticket", "https://www.place2book.com/en/choose_ticket_sales_workflow?seccode=12345678", "12345678"),
    ("choose-ticket-http", "http://place2book.com/da/choose_ticket_sales_workflow/?utm=x&seccode=ab12#top", "ab12"),
    ("in-a-list", "https://www.place2book.com/en/5000/list/EM175?event_detail=ab12", "ab12"),
    ("in-a-list-slash", "place2book.com/da/5000/list/EM175/?a=b&event_detail=ab12", "ab12"),
    ("in-a-list-no-language", "https://www.place2book.com/5000/list/EM175?event_detail=ab12", "ab12"),
    ("events", "http://place2book.com/events/ab12", "ab12"),
    ("subdomain", "https://test.place2book.com/events/ab12", "ab12"),
    ("the-connections-host-and-port", "http://127.0.0.1:8100/da/sw2/sales/ab12", "ab12"),
    ("organisers-list", "https://www.place2book.com/da/sw2/sales/event_list/EM11444", None),
    ("organisers-list-slash", "https://www.place2book.com/da/sw2/sales/event_list/EM11444/", None),
    ("organisers-list-fragment", "http://place2book.com/en/sw2/sales/event_list/EM11444#top", None),
    ("list-query", "https://www.place2book.com/da/sw2/sales/event_list/EM11444?seccode=ab12&event_detail=ab12", None),
    ("another-organisers-list", "https://www.place2book.com/en/5000/list/EM175", None),
    ("list-without-a-detail", "https://www.place2book.com/en/5000/list/EM175?event_detail=", None),
    ("list-with-another-name", "https://www.place2book.com/en/5000/list/EM175?seccode=ab12", None),
    ("list-of-nobody", "https://www.place2book.com/da/sw2/sales/event_list", None),
    ("no-seccode", "https://www.place2book.com/da/sales_workflow/choose_tickets", None),
    ("empty-seccode", "https://www.place2book.com/da/sales_workflow/choose_tickets?seccode=", None),
    ("front-page", "https://www.place2book.com/", None),
)
def test_seccode_of_a_place2book_link_is_found(link: str, seccode: str | None) -> None:
    assert (seccode_of(link, HOSTS), is_place2book(link, HOSTS)) == (seccode, True)


@cases(
    "link",
    ("another-vendor", "https://billetter.example.com/events/ab12"),
    ("name-inside-another", "https://place2book.com.example.com/events/ab12"),
    ("name-that-ends-like-it", "https://notplace2book.com/events/ab12"),
    ("name-as-user", "https://place2book.com@example.com/events/ab12"),
    ("name-in-the-query", "https://example.com/?url=https://place2book.com/events/ab12"),
    ("another-port", "http://127.0.0.1:8101/events/ab12"),
    ("no-port", "http://127.0.0.1/events/ab12"),
    ("unusual-port", "https://place2book.com:8443/events/ab12"),
    ("mail", "mailto:billetter@example.com"),
    ("other-scheme", "ftp://place2book.com/events/ab12"),
    ("relative", "/node/12"),
    ("broken-address", "http://[::1"),
    ("broken-port", "https://place2book.com:port/events/ab12"),
    ("empty", ""),
)
def test_seccode_of_any_other_link_is_none(link: str) -> None:
    assert (seccode_of(link, HOSTS), is_place2book(link, HOSTS)) == (None, False)


SOLD = "https://www.place2book.com/da/sales_workflow/choose_tickets?lang=da&seccode=ab12"


@cases(
    "pasted",
    ("zero-width-around", f"\ufeff{SOLD}\u200b"),
    ("direction-marks-around", f"\u202a{SOLD}\u202c"),
    ("invisible-inside", SOLD.replace("/da/", "/\u200bda\u00ad/")),
    ("joiner-in-the-seccode", SOLD.replace("seccode=ab12", "seccode=a\u200db12")),
    ("space-around", f"\u00a0\n{SOLD}\t "),
    ("broken-over-two-lines", SOLD.replace("choose", "\r\nchoose")),
    ("escaped", SOLD.replace("&", "&amp;")),
    ("escaped-twice", SOLD.replace("&", "&amp;amp;")),
    ("escaped-by-number", SOLD.replace("&", "&#38;")),
    ("escaped-by-number-in-hex", SOLD.replace("&", "&#x26;")),
    ("angle-brackets", f"<{SOLD}>"),
    ("in-brackets-at-the-end-of-a-sentence", f"({SOLD})."),
    ("quoted", f"\u201d{SOLD}\u201d,"),
    ("capitals", SOLD.replace("https://www.place2book.com", "HTTP://PLACE2BOOK.COM")),
    ("no-scheme-but-slashes", SOLD.removeprefix("https:")),
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
