"""Send a message through apprise, to an address or to that in an Airflow connection of type `apprise`.

Logs that can name an address with its secret are silenced meanwhile.
"""

import json
import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from billetbro.errors import BilletbroError, SettingsError
from billetbro.messages.notices import Digest
from billetbro.settings.addresses import NoticeAddress
from billetbro_airflow.hooks.connections import connection_named, mask

if TYPE_CHECKING:
    from apprise import Apprise

SHORTEST_SECRET = 12
log = logging.getLogger(__name__)


def send(address: NoticeAddress, message: Digest) -> bool:
    """Send a message, and return whether it was accepted; why not is logged, without the address."""
    try:
        sent = _sent(address_of(address), message)
    except BilletbroError as error:
        log.warning("A message could not be sent to %s, and is sent the next time: %s", address.name, error)
        return False
    except Exception as error:
        kind = type(error).__name__
        log.warning("A message could not be sent to %s, and is sent the next time: %s", address.name, kind)
        return False
    if sent:
        log.info("A message was sent to %s: %s", address.name, message.subject)
    else:
        log.warning("A message was not accepted by %s, and is sent the next time", address.name)
    return sent


def address_of(address: NoticeAddress) -> str:
    """Return the address for apprise; raises SettingsError for a connection that holds none."""
    if address.conn_id is None:
        return str(address.url)
    found = _in_connection(address.conn_id)
    mask(secrets_of(found))
    if not address.to:
        return found
    return f"{found}{'&' if '?' in found else '?'}to={quote(','.join(address.to), safe='@,+#')}"


def secrets_of(url: str) -> list[str]:
    """Return an address and the parts of it that are long enough to be secrets, for the log to mask."""
    parts = [unquote(part) for part in re.split(r"[/?&=:@]", url)]
    return [url, *(part for part in parts if len(part) >= SHORTEST_SECRET)]


def _in_connection(conn_id: str) -> str:
    """Return the address in a connection's extra field `config`: as it is, or as `path` in JSON."""
    extra = connection_named(conn_id).extra_dejson
    config = extra.get("config") if isinstance(extra, Mapping) else None
    if isinstance(config, str) and config.strip().startswith(("{", "[")):
        try:
            config = json.loads(config)
        except ValueError:
            config = None
    if isinstance(config, list) and len(config) == 1:
        (config,) = config
    path = config.get("path") if isinstance(config, Mapping) else config
    if not isinstance(path, str) or "://" not in path:
        raise SettingsError("error.no_notice_address", connection=conn_id)
    return path.strip()


def ensure_understood(address: NoticeAddress) -> None:
    """Raise SettingsError unless the address is one that apprise can send to; nothing is sent."""
    with silent():
        _service_at(address_of(address))


def _sent(url: str, message: Digest) -> bool:
    with silent():
        return bool(_service_at(url).notify(title=message.subject, body=message.body, body_format="text"))


def _service_at(url: str) -> "Apprise":
    # Imported here, because nearly every run has nothing to send.
    import apprise

    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Billetbro", app_desc="Billetbro", app_url=""))
    if not service.add(url):
        raise SettingsError("error.unknown_notice_address")
    return service


@contextmanager
def silent() -> Iterator[None]:
    """Silence for a block what can name an address, and what apprise's imports warn of."""
    quiet = [logging.getLogger(name) for name in ("apprise", "urllib3.connectionpool")]
    before = [logger.disabled for logger in quiet]
    try:
        for logger in quiet:
            logger.disabled = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, disabled in zip(quiet, before, strict=True):
            logger.disabled = disabled
