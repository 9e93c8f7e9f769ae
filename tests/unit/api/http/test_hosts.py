"""From the parts of a connection to a base URL."""

import pytest

from billetbro.api.http.access import base_url
from billetbro.errors import WrongHost
from tests.cases import cases


@cases(
    "host schema port expected",
    ("bare name", "solbjerg.example.dk", None, None, "https://solbjerg.example.dk"),
    ("spaces and slash", " solbjerg.example.dk/ ", None, None, "https://solbjerg.example.dk"),
    ("schema and port", "localhost", "http", 8080, "http://localhost:8080"),
    ("schema that is none", "solbjerg.example.dk", "public", None, "https://solbjerg.example.dk"),
    ("name with port", "solbjerg.example.dk:8443", None, None, "https://solbjerg.example.dk:8443"),
    ("full address", "http://127.0.0.1:8101", None, None, "http://127.0.0.1:8101"),
    ("full address wins", "http://127.0.0.1:8101", "https", 9, "http://127.0.0.1:8101"),
    ("with a path", "HTTPS://Example.dk/bibliotek/", None, None, "https://example.dk/bibliotek"),
    ("its own port", "solbjerg.example.dk", None, 443, "https://solbjerg.example.dk"),
    ("its port too", "http://127.0.0.1:80", None, None, "http://127.0.0.1"),
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


@cases(
    "host schema",
    ("as it stands", "http://solbjerg.example.dk", None),
    ("by its schema", "solbjerg.example.dk", "http"),
    ("of the network", "http://10.0.0.7:8100", None),
    ("a name that only begins like this machine's", "http://localhost.example.dk", None),
)
def test_base_url_without_encryption_is_refused_unless_it_is_allowed(host: str, schema: str | None) -> None:
    with pytest.raises(WrongHost) as raised:
        base_url(host, schema=schema, connection="cms_solbjerg")
    assert str(raised.value) == (
        "Connection 'cms_solbjerg' goes without encryption (http); use https. If it has to be so, write "
        '{"allow_http": true} in its extra.'
    )
    assert base_url(host, schema=schema, connection="cms_solbjerg", allow_http=True).startswith("http://")


@pytest.mark.parametrize("host", ["http://localhost:8101", "http://127.9.9.9", "http://[::1]:8101", "http://127.1"])
def test_base_url_of_this_machine_needs_no_encryption(host: str) -> None:
    assert base_url(host, connection="cms_solbjerg") == host


@cases(
    "host",
    ("metadata of most clouds", "169.254.169.254"),
    ("link-local", "169.254.3.4"),
    ("as one number", "2852039166"),
    ("in hexadecimal", "0xA9FEA9FE"),
    ("in octal", "0251.0376.0251.0376"),
    ("link-local in IPv6", "[fe80::1]"),
    ("IPv4 in IPv6", "[::ffff:169.254.169.254]"),
    ("IPv4 in IPv6, the old form", "[::169.254.169.254]"),
    ("through NAT64", "[64:ff9b::a9fe:a9fe]"),
    ("through a network's own NAT64", "[64:ff9b:1::a9fe:a9fe]"),
    ("through 6to4", "[2002:a9fe:a9fe::]"),
    ("with a dot at the end", "169.254.169.254."),
    ("the host of a virtual machine", "168.63.129.16"),
    ("metadata in IPv6", "[fd00:ec2::254]"),
    ("metadata of another cloud", "100.100.100.200"),
    ("metadata by its name", "metadata.google.internal"),
    ("its name with a full stop", "Metadata.Google.Internal."),
)
def test_base_url_of_a_machines_own_service_is_refused_whatever_is_allowed(host: str) -> None:
    for url in (f"http://{host}/", f"https://{host}/"):
        with pytest.raises(WrongHost) as raised:
            base_url(url, connection="cms_solbjerg", allow_http=True)
        assert "that only the machine itself or its cloud has" in str(raised.value)
