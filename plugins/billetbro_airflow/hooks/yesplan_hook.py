"""The connection type `yesplan`: a venue's Yesplan, with an API key that may read and write some of it."""

from billetbro.api.http.access import Access
from billetbro.api.yesplan.client import YesplanClient
from billetbro.sources.yesplan.source import client_of
from billetbro_airflow.hooks.api_hook import ApiHook


class YesplanHook(ApiHook[YesplanClient]):
    """Makes a client for a venue's Yesplan; the connection's password is the API key."""

    default_conn_name = "yesplan_default"
    conn_type = "yesplan"
    hook_name = "Yesplan"

    def _client_of(self, access: Access) -> YesplanClient:
        return client_of(access)
