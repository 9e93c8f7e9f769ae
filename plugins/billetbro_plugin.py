"""Adds the webhook that a venue's Yesplan calls to Airflow's API server, and loads early what tasks import.

Airflow executes this file in each of its processes. What tasks import is loaded at once where tasks are
forked; elsewhere heavy modules are imported at the first request.
"""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

from billetbro_airflow.preload import forks_tasks, preload

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

if forks_tasks(sys.argv, conf.get("core", "executor"), lazy_plugins=conf.getboolean("core", "lazy_load_plugins")):
    preload()


async def yesplan_webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request on to the webhook."""
    from billetbro_airflow.webhooks.yesplan import webhook

    await webhook()(scope, receive, send)


class BilletbroPlugin(AirflowPlugin):
    """Mounts the webhook beside Airflow's pages; it answers nobody unless a library has a secret for it."""

    name = "billetbro"
    fastapi_apps = [  # noqa: RUF012
        {"app": yesplan_webhook, "url_prefix": "/billetbro/yesplan", "name": "Billetbro: Yesplan's webhook"}
    ]
