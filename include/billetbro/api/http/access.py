"""What an Airflow connection says of an API: base URL, credentials, and how requests are made."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from billetbro.api.http.addresses import DEFAULT_PORTS, is_forbidden_host, is_plain
from billetbro.errors import WrongHost


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSettings:
    """How requests are made. Times are seconds; `longest_wait` bounds Retry-After.

    `read_timeout` bounds a silence, `longest_answer` the whole of an answer that arrives slowly.
    """

    concurrency: int = 4
    per_second: float = 10
    connect_timeout: float = 5
    read_timeout: float = 30
    longest_answer: float = 300
    tries: int = 4
    backoff: float = 0.5
    longest_wait: float = 60
    max_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An API's base URL, without a slash at the end, and the credentials for it; the repr shows no password."""

    conn_id: str
    url: str
    login: str = ""
    password: str = field(default="", repr=False)
    requests: RequestSettings = field(default_factory=RequestSettings)


def base_url(
    host: str | None,
    *,
    schema: str | None = None,
    port: int | None = None,
    connection: str,
    allow_http: bool = False,
) -> str:
    """Return the base URL without a slash at the end; `host` is a name, a name with port, or a URL (default https).

    Raises WrongHost, which never repeats the host: it may hold a password. http is refused outside this machine unless
    it is allowed.
    """
    given = (host or "").strip()
    if not given:
        raise WrongHost("error.no_host", connection=connection)
    whole = given if "://" in given else f"{_scheme(schema)}://{given}"
    try:
        parts = urlsplit(whole)
        usable = _is_usable(parts)
        port = parts.port or port
    except ValueError:
        usable = False
    if not usable:
        raise WrongHost("error.host_is_no_address", connection=connection)
    if is_forbidden_host(parts.hostname or ""):
        raise WrongHost("error.forbidden_host", connection=connection)
    if is_plain(parts) and not allow_http:
        raise WrongHost("error.plain_http", connection=connection)
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    where = name if port in (None, 0, DEFAULT_PORTS[parts.scheme.lower()]) else f"{name}:{port}"
    return f"{parts.scheme.lower()}://{where}{parts.path.rstrip('/')}"


def _scheme(schema: str | None) -> str:
    given = (schema or "").strip().lower()
    return given if given in DEFAULT_PORTS else "https"


def _is_usable(parts: SplitResult) -> bool:
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    has_name = bool(parts.hostname) and not any(letter.isspace() for letter in parts.netloc)
    return plain and has_name and parts.scheme.lower() in DEFAULT_PORTS
