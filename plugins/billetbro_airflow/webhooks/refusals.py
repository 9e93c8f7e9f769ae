"""Refused requests in the log: each kind at once, and then one line a minute with how many more there were."""

import asyncio
import logging

MINUTE = 60.0
MOST_KINDS = 100
"""More kinds at a time are counted together."""
OTHERS = "A request to Yesplan's webhook was refused in another way"
log = logging.getLogger(__name__)


class Refusals:
    """Counts refusals of the same kind, within an event loop. What is noted holds nothing that the caller sent.

    `more`: how many there were of each kind since it was logged, for a minute after that.
    """

    def __init__(self) -> None:
        self.more: dict[str, int] = {}

    def note(self, said: str) -> None:
        """Log a refusal, or count it if the same was logged less than a minute ago."""
        kind = said if said in self.more or len(self.more) < MOST_KINDS else OTHERS
        if kind in self.more:
            self.more[kind] += 1
            return
        log.warning("%s", kind)
        self._wait(kind)

    def _wait(self, kind: str) -> None:
        self.more[kind] = 0
        asyncio.get_running_loop().call_later(MINUTE, self._tell, kind)

    def _tell(self, kind: str) -> None:
        if more := self.more.pop(kind, 0):
            log.warning("%s (%s more in a minute)", kind, more)
            self._wait(kind)
