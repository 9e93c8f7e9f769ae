"""Tell the operators of failed tasks and late runs. None of it ever fails a task: what goes wrong is only logged."""

import logging
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from billetbro.errors import BilletbroError, message_of
from billetbro.messages.notices import Facts, digest
from billetbro.models.message import Message
from billetbro.models.notices import NoticeKind, OpenTopic, Topic
from billetbro.reconcile.notices import News
from billetbro.settings.libraries import operators_told
from billetbro.steps.notify import Circle, Teller
from billetbro.steps.notify_operators import tell_of, tell_that_over
from billetbro.steps.request import utc_now
from billetbro.store.notices import NO_LIBRARY
from billetbro_airflow.language import translator
from billetbro_airflow.notifications.people import operators
from billetbro_airflow.notifications.sending import send
from billetbro_airflow.tasks.databases import billetbro_engine, values_kept_out_of_errors

log = logging.getLogger(__name__)


def tell_of_failed_task(dag_id: str, task_id: str, error: object) -> None:
    """Tell that a task failed; `error`: its exception, or Airflow's words for a task that was killed."""
    wrong = message_of(error) if isinstance(error, BaseException) else Message("notices.killed")
    _told(Topic(NO_LIBRARY, NoticeKind.TASK, dag_id, task_id), wrong)


def tell_of_late_run(dag_id: str) -> None:
    """Tell that a run of a DAG takes too long; the report of one that ends in time tells that it is over."""
    _told(Topic(NO_LIBRARY, NoticeKind.LATE, dag_id), None)


def tell_of_task_in_order(dag_id: str, task_id: str) -> None:
    """Tell that a task works again, if it was told that it failed."""
    topic = Topic(NO_LIBRARY, NoticeKind.TASK, dag_id, task_id)
    _safely(lambda circle: tell_that_over(_teller(), circle, topic))


def _told(topic: Topic, wrong: Message | None) -> None:
    def tell(circle: Circle) -> None:
        try:
            tell_of(_teller(), circle, topic, wrong)
        except (OperationalError, BilletbroError):
            # Better told again in an hour than not at all: without its database nothing works.
            new = OpenTopic(topic=topic, since=utc_now())
            message = digest(circle.words, News(new=(new,)), Facts(wrong={topic: wrong} if wrong else {}))
            for address in circle.addresses:
                send(address, message)

    _safely(tell)


def _safely(tell: Callable[[Circle], None]) -> None:
    try:
        told = operators_told()
        if told.notify:
            with values_kept_out_of_errors():
                tell(operators(told, translator()))
    except Exception as error:
        log.warning("The operators could not be told: %s", error if isinstance(error, BilletbroError) else type(error))


def _teller() -> Teller:
    return Teller(engine=billetbro_engine(), send=send, now=utc_now())
