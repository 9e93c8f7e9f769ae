"""Show the outcome of a run in the source where it was requested."""

import logging
from itertools import groupby

from sqlalchemy import Engine

from billetbro.errors import BilletbroError
from billetbro.settings.libraries import load_settings
from billetbro.sources import ShowsUpdates
from billetbro.steps.request import RunRequest, utc_now
from billetbro.steps.webhook_states import tell, whom_to_tell
from billetbro_airflow.tasks.sources import source_of

log = logging.getLogger(__name__)


def tell_who_asked(engine: Engine, request: RunRequest) -> None:
    """Show in each source the state of the events requested there; errors are only logged."""
    for library_id, pending in groupby(whom_to_tell(engine, request), key=lambda one: one.library):
        try:
            with source_of(load_settings().library(library_id)) as source:
                if not isinstance(source, ShowsUpdates):
                    continue
                for mistake in tell(engine, request.run_id, source, list(pending), utc_now()):
                    log.warning("%s: the state of a forced update could not be shown: %s", library_id, mistake)
        except BilletbroError as error:
            log.warning("%s: the states of forced updates could not be shown: %s", library_id, error)
