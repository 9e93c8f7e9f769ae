"""The base URL of an API, from the parts that an Airflow connection has."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from billetbro.errors import WrongHost

_PORTS = {"https": 443, "http": 80}
"""The schemes that can be used, and the port that goes without saying."""


def base_url(host: str | None, *, schema: str | None = None, port: int | None = None, connection: str) -> str:
    """Return the base URL without a slash at its end; `host` is a bare name, a name with port, or a full URL.

    https is assumed where nothing says otherwise. Raises WrongHost, without repeating the host when it holds a
    password.
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
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    where = name if port in (None, 0, _PORTS[parts.scheme.lower()]) else f"{name}:{port}"
    return f"{parts.scheme.lower()}://{where}{parts.path.rstrip('/')}"


def _scheme(schema: str | None) -> str:
    given = (schema or "").strip().lower()
    return given if given in _PORTS else "https"


def _is_usable(parts: SplitResult) -> bool:
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    has_name = bool(parts.hostname) and not any(letter.isspace() for letter in parts.netloc)
    return plain and has_name and parts.scheme.lower() in _PORTS
