"""The connection type `dpl_cms`: the website of a library (Folkebibliotekernes CMS)."""

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.http.access import Access
from billetbro.sources.dpl_cms.source import client_of
from billetbro_airflow.hooks.api_hook import ApiHook


class DplCmsHook(ApiHook[CmsClient]):
    """Makes a client for a website from a connection's host, login and password."""

    default_conn_name = "dpl_cms_default"
    conn_type = "dpl_cms"
    hook_name = "Folkebibliotekernes CMS"

    def _client_of(self, access: Access) -> CmsClient:
        return client_of(access)
