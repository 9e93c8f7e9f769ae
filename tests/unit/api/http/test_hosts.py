"""From the parts of a connection to a base URL."""

import pytest

from billetbro.api.http.access import base_url
from billetbro.errors import WrongHost
from tests.cases import cases


@cases(
    "host schema port expected",
    ("bare name", "solbjerg.example.dk", None, None, "https://solbjerg.example.dk"),
    ("spaces and slash", " solbjerg.example.dk/ ", None, None, "https://solbjerg.example.dk"),
    ("schema and port", "solbjerg.example.dk", "http", 8080, "http://solbjerg.example.dk:8080"),
    ("schema that is none", "solbjerg.example.dk", "public", None, "https://solbjerg.example.dk"),
    ("name with port", "solbjerg.example.dk:8443", None, None, "https://solbjerg.example.dk:8443"),
    ("full address", "http://127.0.0.1:8101", None, None, "http://127.0.0.1:8101"),
    ("full address wins", "http://127.0.0.1:8101", "https", 9, "http://127.0.0.1:8101"),
    ("with a path", "HTTPS://Example.dk/bibliotek/", None, None, "https://example.dk/bibliotek"),
    ("its own port", "solbjerg.example.dk", None, 443, "https://solbjerg.example.dk"),
    ("its port too", "http://example.dk:80", None, None, "http://example.dk"),
    ("no port as a page says it", "example.dk", None, 0, "https://example.dk"),
    ("IPv6", "http://[::1]:8101", None, None, "http://[::1]:8101"),
)
def test_base_url_from_a_connection_is_complete(host: str, schema: str | None, port: int | None, expected: str) -> None:
    assert base_url(host, schema=schema, port=port, connection="cms_solbjerg") == expected


@cases(
    "host",
    ("none", None),
    ("blank", "  "),
    ("another protocol", "ftp://example.dk"),
    ("no name", "https://"),
    ("port that is no number", "https://example.dk:mange"),
    ("with a query", "https://example.dk/?token=hemmelig"),
    ("with a password", "https://bruger:hemmelig@example.dk"),
    ("with a space", "Solbjerg Bibliotek"),
)
def test_base_url_of_an_unusable_host_says_so_without_repeating_it(host: str | None) -> None:
    with pytest.raises(WrongHost) as raised:
        base_url(host, connection="cms_solbjerg")
    assert "Connection 'cms_solbjerg'" in str(raised.value)
    assert "hemmelig" not in str(raised.value)
