"""What a connection that could not be made means."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError

from billetbro.api.http.failures import Asked, of_exception
from billetbro.api.http.session import ApiSession
from billetbro.api.http.transport import Credentials
from billetbro.errors import BilletbroError, Unreachable, WrongHost
from tests.cases import cases
from tests.unit.api.conftest import HASTY, TOKEN


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    key_text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(key_text + dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def untrusted_url(tmp_path: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_certificate_that_nobody_vouches_for_is_the_wrong_host(untrusted_url: str, method: str) -> None:
    credentials = Credentials({"X-Token": TOKEN}, ())
    session = ApiSession(untrusted_url, connection="p2b", credentials=credentials, headers={}, settings=HASTY)
    with session, pytest.raises(WrongHost) as raised:
        session.get("/", what="x") if method == "GET" else session.write(method, "/", what="x")
    assert "showed a certificate that is not valid" in str(raised.value)


@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
@cases(
    "number kind says",
    ("no such name", socket.EAI_NONAME, WrongHost, "found nobody by that name"),
    ("no answer about names", socket.EAI_AGAIN, Unreachable, "could not be made"),
)
def test_name_that_is_not_found_is_the_wrong_host_unless_it_may_pass(
    number: int, kind: type[BilletbroError], says: str, writes: bool
) -> None:
    lookup = socket.gaierror(number, "as the system says it")
    unresolved = NameResolutionError("cms.example.invalid", HTTPConnection("cms.example.invalid"), lookup)
    unresolved.__cause__ = lookup
    error = requests.ConnectionError(MaxRetryError(None, "/", unresolved))  # type: ignore[arg-type]
    asked = Asked(connection="cms_solbjerg", host="cms.example.invalid", what="for its events", writes=writes)
    found = of_exception(error, asked)
    assert type(found) is kind
    assert str(found).startswith(f"Connection 'cms_solbjerg' to cms.example.invalid {says} when asked for its events; ")
