"""Tell the operators at once of a task that failed or a run that is late, and when that is over.

Each is told once. Whom it could not be sent to is told by the report of the next hourly run.
"""

from datetime import datetime

from sqlalchemy import Engine

from billetbro.messages.notices import Facts, digest
from billetbro.models.message import Message
from billetbro.models.notices import OpenTopic, Told, Topic
from billetbro.reconcile.notices import News
from billetbro.steps.notify import Circle, Teller
from billetbro.store.notices import note_told, only_teller, read_told_of


def tell_of(teller: Teller, circle: Circle, topic: Topic, wrong: Message | None = None) -> None:
    """Tell each address of a topic, unless it was told before; whoever else tells these people now has the word."""
    one = OpenTopic(topic=topic, since=teller.now)
    message = digest(circle.words, News(new=(one,)), Facts(wrong={topic: wrong} if wrong else {}))
    with only_teller(teller.engine, circle.whose) as alone:
        told = _when_told(teller.engine, topic) if alone else {}
        for address in circle.addresses if alone else ():
            key = address.key(circle.whose)
            if told.get(key) is None:
                at = teller.now if teller.send(address, message) else None
                with teller.engine.begin() as connection:
                    note_told(connection, key, [one], [], at)


def tell_that_over(teller: Teller, circle: Circle, topic: Topic) -> None:
    """Tell each address that was told of a topic that it is over; without any, this is one query."""
    told = _when_told(teller.engine, topic)
    if not told:
        return
    with only_teller(teller.engine, circle.whose) as alone:
        told = _when_told(teller.engine, topic) if alone else {}
        for address in circle.addresses:
            key = address.key(circle.whose)
            if key not in told:
                continue
            over = Told(topic=topic, address=key, told_at=told[key])
            if over.told_at is None or teller.send(address, digest(circle.words, News(over=(over,)), Facts())):
                with teller.engine.begin() as connection:
                    note_told(connection, key, [], [topic], teller.now)


def _when_told(engine: Engine, topic: Topic) -> dict[str, datetime | None]:
    with engine.connect() as connection:
        return {one.address: one.told_at for one in read_told_of(connection, topic)}
