"""Write custom data where the key may not write every keyword or every event.

Yesplan refuses a write as a whole, so a refused write is repeated keyword by keyword: what may be written is written.
What is learned is kept for the run.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from threading import Lock

from billetbro.api.yesplan.client import YesplanClient
from billetbro.errors import NotFound, PartlyRefused, Refused

FORBIDDEN = 403
ENOUGH_REFUSALS = 3
"""Events in a row at which nothing may be written, after which no event is tried."""


class CustomDataWriter:
    """Writes events' custom data during a run, several at once, and does not try again what cannot be written."""

    def __init__(self, client: YesplanClient, connection: str) -> None:
        self._client = client
        self._connection = connection
        self._closed: dict[str, Refused] = {}
        self._in_a_row: Counter[frozenset[str]] = Counter()
        self._lock = Lock()

    def write(self, event_id: str, values: Mapping[str, object], fields: Mapping[str, str]) -> None:
        """Write values by keyword; `fields` maps keywords to fields of a ticket status.

        Raises PartlyRefused if only some could be written, Refused if none could, each naming the keywords.
        """
        closed = {keyword: self._closed[keyword] for keyword in values if keyword in self._closed}
        refused = closed | self._write_open(
            event_id, {keyword: value for keyword, value in values.items() if keyword not in closed}
        )
        if refused:
            partly = frozenset(fields[keyword] for keyword in refused) if len(refused) < len(values) else frozenset()
            raise self._error(refused, partly=partly)

    def _write_open(self, event_id: str, values: Mapping[str, object]) -> dict[str, Refused]:
        """Write what is not known to be closed, and return what was refused."""
        if not values:
            return {}
        try:
            self._client.write_custom_data(event_id, values)
            refused = {}
        except NotFound:
            raise
        except Refused as error:
            refused = self._one_by_one(event_id, values) if len(values) > 1 else dict.fromkeys(values, error)
        with self._lock:
            self._learn(refused, values.keys())
        return refused

    def _one_by_one(self, event_id: str, values: Mapping[str, object]) -> dict[str, Refused]:
        refused = {}
        for keyword, value in values.items():
            try:
                self._client.write_custom_data(event_id, {keyword: value})
            except Refused as error:
                refused[keyword] = error
        return refused

    def _learn(self, refused: Mapping[str, Refused], asked: Collection[str]) -> None:
        """Note what the key may not write: forbidden while other keywords were not, or at several events in a row."""
        forbidden = {keyword: error for keyword, error in refused.items() if error.status == FORBIDDEN}
        if len(refused) < len(asked):
            self._in_a_row.clear()
            self._closed |= forbidden
        elif len(forbidden) == len(asked):
            self._in_a_row[frozenset(asked)] += 1
            if self._in_a_row[frozenset(asked)] >= ENOUGH_REFUSALS:
                self._closed |= forbidden

    def _error(self, refused: Mapping[str, Refused], *, partly: frozenset[str]) -> Refused:
        keywords = ", ".join(f"'{keyword}'" for keyword in sorted(refused))
        status = next(iter(refused.values())).status
        said = "; ".join(dict.fromkeys(_naming(keyword, error.said) for keyword, error in sorted(refused.items())))
        values: dict[str, str] = {"connection": self._connection, "keywords": keywords, "words": said}
        if partly:
            return PartlyRefused("error.keywords_refused", status, said, fields=partly, **values)
        return Refused("error.keywords_refused", status, said, **values)


def _naming(keyword: str, said: str) -> str:
    return said if keyword in said else f"{keyword}: {said}" if said else keyword
