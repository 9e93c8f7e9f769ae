"""The rules of a library as a run needs them: its settings, and the hosts that Place2book has sold its events on."""

from dataclasses import replace

from sqlalchemy import Connection

from billetbro.models import LibraryRules
from billetbro.settings.libraries import Library
from billetbro.store.links import sales_hosts


def rules_of(connection: Connection, library: Library, sales_host: str) -> LibraryRules:
    """Return the library's rules; `sales_host` is the host of its Place2book connection.

    A link on a host that Place2book itself once handed out is never taken for another vendor's: an event of ours would
    look as if it were sold elsewhere as soon as its link is written back.
    """
    rules = library.rules(sales_host)
    return replace(rules, sales_hosts=rules.sales_hosts | sales_hosts(connection, library.id))
