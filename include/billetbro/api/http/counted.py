"""How many requests this process has sent, by connection, for the metrics."""

from collections import Counter
from threading import Lock

_sent = Counter[str]()
_one_at_a_time = Lock()


def count_request(connection: str) -> None:
    """Count a request; that urllib3 tries a read again is not counted."""
    with _one_at_a_time:
        _sent[connection] += 1


def taken_counts() -> dict[str, int]:
    """Return the counts, and begin again from zero."""
    with _one_at_a_time:
        counts = dict(_sent)
        _sent.clear()
    return counts
