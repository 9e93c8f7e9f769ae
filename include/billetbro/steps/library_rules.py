"""A library's rules for a run: its settings, and the hosts on which Place2book has sold its events."""

import json
from dataclasses import asdict, replace

from sqlalchemy import Connection

from billetbro.code_version import code_version
from billetbro.models import LibraryRules
from billetbro.models.source import fingerprint_of
from billetbro.settings.libraries import Library
from billetbro.store.links import sales_hosts


def rules_of(connection: Connection, library: Library, sales_host: str) -> LibraryRules:
    """Return the library's rules; `sales_host` is the host of its Place2book connection.

    Hosts that Place2book itself assigned count as its own. Otherwise our event would seem to be sold elsewhere once its
    link is written back.
    """
    rules = library.rules(sales_host)
    return replace(rules, sales_hosts=rules.sales_hosts | sales_hosts(connection, library.id))


def fingerprint_of_rules(rules: LibraryRules) -> str:
    """Return a hash of the rules and of the code that follows them: with another one all events are mapped again."""
    written = json.dumps(asdict(rules), sort_keys=True, default=lambda value: sorted(map(str, value)))
    return fingerprint_of(written.encode(), code_version())
