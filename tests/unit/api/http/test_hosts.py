"""From the parts of a connection to a base URL."""

import pytest

from billetbro.api.http.hosts import base_url
from billetbro.errors import WrongHost


@pytest.mark.parametrize(
    ("host", "schema", "port", "expected"),
    [
        pytest.param("solbjerg.example.dk", None, None, "https://solbjerg.example.dk", id="bare name"),
        pytest.param(" solbjerg.example.dk/ ", None, None, "https://solbjerg.example.dk", id="spaces and slash"),
        pytest.param("solbjerg.example.dk", "http", 8080, "http://solbjerg.example.dk:8080", id="schema and port"),
        pytest.param("solbjerg.example.dk", "public", None, "https://solbjerg.example.dk", id="schema that is none"),
        pytest.param("solbjerg.example.dk:8443", None, None, "https://solbjerg.example.dk:8443", id="name with port"),
        pytest.param("http://127.0.0.1:8101", None, None, "http://127.0.0.1:8101", id="full address"),
        pytest.param("http://127.0.0.1:8101", "https", 9, "http://127.0.0.1:8101", id="full address wins"),
        pytest.param("HTTPS://Example.dk/bibliotek/", None, None, "https://example.dk/bibliotek", id="with a path"),
        pytest.param("solbjerg.example.dk", None, 443, "https://solbjerg.example.dk", id="its own port"),
        pytest.param("http://example.dk:80", None, None, "http://example.dk", id="its port too"),
        pytest.param("example.dk", None, 0, "https://example.dk", id="no port as a page says it"),
        pytest.param("http://[::1]:8101", None, None, "http://[::1]:8101", id="IPv6"),
    ],
)
def test_base_url_from_a_connection_is_complete(host: str, schema: str | None, port: int | None, expected: str) -> None:
    assert base_url(host, schema=schema, port=port, connection="cms_solbjerg") == expected


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(None, id="none"),
        pytest.param("  ", id="blank"),
        pytest.param("ftp://example.dk", id="another protocol"),
        pytest.param("https://", id="no name"),
        pytest.param("https://example.dk:mange", id="port that is no number"),
        pytest.param("https://example.dk/?token=hemmelig", id="with a query"),
        pytest.param("https://bruger:hemmelig@example.dk", id="with a password"),
        pytest.param("Solbjerg Bibliotek", id="with a space"),
    ],
)
def test_base_url_of_an_unusable_host_says_so_without_repeating_it(host: str | None) -> None:
    with pytest.raises(WrongHost) as raised:
        base_url(host, connection="cms_solbjerg")
    assert "Connection 'cms_solbjerg'" in str(raised.value)
    assert "hemmelig" not in str(raised.value)
