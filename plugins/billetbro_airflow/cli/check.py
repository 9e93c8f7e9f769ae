"""`airflow billetbro check`: settings, databases, connections, event makers; what is wrong, and how to correct it."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from billetbro.errors import BilletbroError
from billetbro.models import PersonalDataPolicy, SourceEvent
from billetbro.models.message import Message, as_said
from billetbro.settings.addresses import NoticeAddress, each_once
from billetbro.settings.libraries import LibrariesFileError, Library, libraries_in_order, load_settings
from billetbro.steps.check import (
    Checked,
    check_event_makers,
    check_fallback_address,
    check_price_unit,
    checked,
    verdict,
)
from billetbro.store.database_check import condition_of, encryption_of
from billetbro.store.live_libraries import read_live
from billetbro.store.schema.metadata import metadata, warehouse_metadata
from billetbro.warehouse.privacy.pseudonymise import KEY_CONNECTION
from billetbro_airflow.hooks.connections import allows_http, connection_named
from billetbro_airflow.hooks.place2book_hook import Place2bookHook
from billetbro_airflow.language import translator
from billetbro_airflow.notifications.sending import ensure_understood
from billetbro_airflow.tasks.databases import (
    DATABASE_CONNECTION,
    WAREHOUSE_CONNECTION,
    billetbro_engine,
    has_warehouse_connection,
    privacy_of,
    warehouse_engine,
)
from billetbro_airflow.tasks.sources import check_source, source_of
from billetbro_airflow.webhooks.venues import secrets_in, webhook_of


def run(args: Namespace) -> int:
    """Print a line for each check; exit code 1 when anything is wrong."""
    say = translator(args.language)
    everything: list[Checked] = []
    for one in _checks(args.libraries):
        print(one.in_words(say), flush=True)
        everything.append(one)
    print("", say.say(verdict(everything)), sep="\n")
    return 1 if any(one.mend is not None for one in everything) else 0


def _checks(ids: Sequence[str]) -> Iterator[Checked]:
    yield checked(Message("check.settings"), lambda: _settings(ids))
    libraries = _in_order(ids)
    yield checked(Message("check.schema_sync"), lambda: _database(metadata))
    yield checked(Message("check.schema_warehouse"), lambda: _database(warehouse_metadata))
    yield from _encryption(libraries)
    yield from _live(libraries)
    yield from _privacy(libraries)
    for conn_id in dict.fromkeys(library.place2book.conn_id for library in libraries):
        yield from _place2book(conn_id, [library for library in libraries if library.place2book.conn_id == conn_id])
    for library in libraries:
        yield from _source(library)
        yield from _webhook(library)
        yield check_fallback_address(library)
    yield from _notices(libraries)


def _settings(ids: Sequence[str]) -> Message:
    chosen = load_settings().select(ids)
    return as_said(", ".join(f"{library.id} ({library.name})" for library in chosen))


def _in_order(ids: Sequence[str]) -> list[Library]:
    """Return the libraries that can be checked, whatever is wrong with the others."""
    try:
        return [library for library in libraries_in_order() if not ids or library.id in ids]
    except LibrariesFileError:
        return []


def _database(tables: MetaData) -> Message:
    engine = billetbro_engine() if tables is metadata else warehouse_engine()
    return condition_of(engine, tables)


def _live(libraries: Sequence[Library]) -> Iterator[Checked]:
    """Tell which libraries are live, and why one is not; before there are tables, none is."""
    try:
        with billetbro_engine().connect() as connection:
            live = read_live(connection, [library.id for library in libraries])
    except (BilletbroError, SQLAlchemyError):
        return
    for library, how in live.items():
        yield Checked(subject=Message("check.live", {"library": library}), said=Message(f"live.{how}"))


def _encryption(libraries: Sequence[Library]) -> Iterator[Checked]:
    """Check that the databases are asked over TLS outside this machine; tell which connections may go without it."""
    yield checked(Message("check.encryption", {"connection": DATABASE_CONNECTION}), lambda: _of_database(state=True))
    if has_warehouse_connection():
        subject = Message("check.encryption", {"connection": WAREHOUSE_CONNECTION})
        yield checked(subject, lambda: _of_database(state=False))
    named = [conn_id for library in libraries for conn_id in (library.place2book.conn_id, library.source.conn_id)]
    for conn_id in dict.fromkeys(named):
        with suppress(BilletbroError):
            if allows_http(connection_named(conn_id)):
                yield Checked(
                    subject=Message("check.encryption", {"connection": conn_id}), said=Message("check.http_allowed")
                )


def _of_database(*, state: bool) -> Message:
    return encryption_of(billetbro_engine() if state else warehouse_engine())


def _privacy(libraries: Sequence[Library]) -> Iterator[Checked]:
    """Check the key for pseudonyms, if a library's policy needs it."""
    policy = PersonalDataPolicy.PSEUDONYMISE
    need_it = [library for library in libraries if library.personal_data.policy is policy]
    if need_it:
        whose = ", ".join(library.id for library in need_it)
        subject = Message("check.connection", {"connection": KEY_CONNECTION, "what": whose})
        yield checked(subject, lambda: _key_of(need_it[0]))


def _key_of(library: Library) -> Message:
    """Return a message that the key is there and long enough, or raise Fatal."""
    privacy_of(library)
    return Message("check.key")


def _notices(libraries: Sequence[Library]) -> Iterator[Checked]:
    """Check the addresses that messages of these libraries and to operators go to; nothing is sent."""
    told = [address for library in libraries for address in library.notify]
    with suppress(LibrariesFileError):
        told += load_settings().operators.notify
    for address in each_once(told):
        yield checked(Message("check.notify", {"address": address.name}), partial(_understood, address))


def _understood(address: NoticeAddress) -> Message:
    ensure_understood(address)
    return Message("check.notify_understood")


def _place2book(conn_id: str, libraries: Sequence[Library]) -> Iterator[Checked]:
    """Check a Place2book connection, and the event makers of the libraries that use it."""
    usable: dict[int, str] = {}

    def look() -> Message:
        usable.update((maker.event_maker, maker.name) for maker in Place2bookHook(conn_id).usable_event_makers())
        return Message("check.token", {"number": len(usable)})

    result = checked(Message("check.connection", {"connection": conn_id, "what": "Place2book"}), look)
    yield result
    if result.mend is None:
        for library in libraries:
            yield from check_event_makers(library, usable)


def _webhook(library: Library) -> Iterator[Checked]:
    """Check the secret of a library's webhook; tell while two count."""
    if conn_id := webhook_of(library):
        subject = Message("check.webhook", {"library": library.id, "connection": conn_id})
        keys = {1: "check.webhook_secret", 2: "check.webhook_secrets"}
        yield checked(subject, lambda: Message(keys[len(secrets_in(conn_id))]), library.source.type)


def _source(library: Library) -> Iterator[Checked]:
    """Check a library's source: the login, the list of events from today, and its prices."""
    events: list[SourceEvent] = []

    def look() -> Message:
        said = check_source(library)
        today = datetime.now(zone := ZoneInfo(library.timezone)).date()
        with source_of(library) as source:
            listed = source.read(today)
        midnight = datetime.combine(today, time(), zone)
        events.extend(event for event in listed if event.starts_at is None or event.starts_at >= midnight)
        return Message("check.events", {"said": said, "number": len(events)})

    subject = Message("check.source", {"library": library.id, "connection": library.source.conn_id})
    yield checked(subject, look, library.source.type)
    yield check_price_unit(library, events)
