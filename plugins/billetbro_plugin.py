"""Adds the pages for staff and Yesplan's webhook to Airflow's API server, and loads early what tasks import.

Airflow executes this file in each of its processes. What tasks import is loaded at once where tasks are
forked; elsewhere heavy modules are imported at the first request.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from billetbro_airflow.preload import forks_tasks, preload

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ROOT = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
"""Airflow's own path, where it is not at the root of its host."""

if forks_tasks(sys.argv, conf.get("core", "executor"), lazy_plugins=conf.getboolean("core", "lazy_load_plugins")):
    preload()


async def yesplan_webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request on to the webhook."""
    from billetbro_airflow.webhooks.yesplan import webhook

    await webhook()(scope, receive, send)


async def pages_for_staff(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request on to the pages."""
    from billetbro_airflow.pages.app import pages

    await pages()(scope, receive, send)


class BilletbroPlugin(AirflowPlugin):
    """Mounts both beside Airflow's own; the webhook answers nobody unless a library has a secret for it."""

    name = "billetbro"
    # In this order: what is asked of the webhook's address is not for the pages.
    fastapi_apps = [  # noqa: RUF012
        {"app": yesplan_webhook, "url_prefix": "/billetbro/yesplan", "name": "Billetbro: Yesplan's webhook"},
        {"app": pages_for_staff, "url_prefix": "/billetbro", "name": "Billetbro: pages for staff"},
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Billetbro",
            "href": f"{ROOT}/billetbro/",
            "destination": "nav",
            "url_route": "billetbro",
            "icon": f"{ROOT}/billetbro/static/ticket.svg",
            "icon_dark_mode": f"{ROOT}/billetbro/static/ticket-dark.svg",
            "nav_top_level": True,
        }
    ]
