"""The connection type `dpl_cms`: the website of a library (Folkebibliotekernes CMS)."""

from __future__ import annotations

from hooks.api_hook import ApiHook
from include.api.access import Access
from include.api.cms import CmsClient
from include.sources.dpl_cms import client_of


class DplCmsHook(ApiHook[CmsClient]):
    """Gives a client for the website that a connection names: host, login and password."""

    default_conn_name = "dpl_cms_default"
    conn_type = "dpl_cms"
    hook_name = "Folkebibliotekernes CMS"

    def _client_of(self, access: Access) -> CmsClient:
        return client_of(access)

    def _check(self, client: CmsClient) -> str:
        return client.check()
