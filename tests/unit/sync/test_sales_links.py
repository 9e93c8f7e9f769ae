"""Sales links in every form that was seen in the CMS's link field."""

from __future__ import annotations

import pytest

from include.sync.sales_links import is_place2book, seccode_of

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
        pytest.param("http://place2book.com/events/ab12", "ab12", id="events"),
        pytest.param("https://test.place2book.com/events/ab12", "ab12", id="subdomain"),
        pytest.param("http://127.0.0.1:8100/da/sw2/sales/ab12", "ab12", id="the-connections-host-and-port"),
        pytest.param("https://www.place2book.com/da/sw2/sales/event_list/EM11444", None, id="organisers-list"),
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
