"""The connection type `place2book`: the ticket system, with an API token for one or more event makers."""

import re

from billetbro.api.http.access import Access
from billetbro.api.place2book.client import DEFAULT_HOST, EventMaker, Place2bookClient
from billetbro.models.message import Message
from billetbro_airflow.hooks.api_hook import ApiHook
from billetbro_airflow.hooks.connections import PATIENCE_OF_A_TEST, connection_named


class Place2bookHook(ApiHook[Place2bookClient]):
    """Makes a client for Place2book; the connection's password is the API token.

    The extra field `event_makers` lists event makers that "Test" expects the token to be allowed to use.
    """

    default_conn_name = "place2book"
    default_host = DEFAULT_HOST
    conn_type = "place2book"
    hook_name = "Place2book"

    def usable_event_makers(self) -> tuple[EventMaker, ...]:
        """Return the event makers that the token may use, with the short time-outs of "Test"."""
        with self._asking(PATIENCE_OF_A_TEST) as client:
            return client.event_makers()

    def _client_of(self, access: Access) -> Place2bookClient:
        token = access.password.strip()
        return Place2bookClient(access.url, token, connection=access.conn_id, settings=access.requests)

    def _check(self, client: Place2bookClient) -> Message:
        extra = connection_named(self.conn_id).extra_dejson
        listed = extra.get("event_makers") if isinstance(extra, dict) else None
        return client.check([int(number) for number in re.findall(r"\d+", str(listed or ""))])
