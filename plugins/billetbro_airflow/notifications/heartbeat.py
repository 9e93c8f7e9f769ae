"""Ask the address that watches over the hourly job: it raises an alarm when it is not asked any more."""

import logging
import os
from collections.abc import Mapping

from billetbro_airflow.hooks.connections import mask
from billetbro_airflow.notifications.sending import secrets_of, silent

VARIABLE = "BILLETBRO_HEARTBEAT_URL"
SECONDS = 10
log = logging.getLogger(__name__)


def beat(environ: Mapping[str, str] = os.environ) -> None:
    """Ask it once, if there is one. It never fails a run; what goes wrong is logged without the address."""
    url = environ.get(VARIABLE, "").strip()
    if not url:
        return
    # Imported here, because most installations need it for nothing else in this task.
    import requests

    mask(secrets_of(url))
    try:
        with silent(), requests.get(url, timeout=SECONDS, stream=True) as response:
            status = response.status_code
    except (requests.RequestException, ValueError) as error:
        log.warning("%s did not answer: %s", VARIABLE, type(error).__name__)
        return
    if status >= 400:
        log.warning("%s answered %s", VARIABLE, status)
