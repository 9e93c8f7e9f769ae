"""What is left out of a reading of several events, and when it is not the event that is ill."""

from collections.abc import Iterator

import pytest

from billetbro.api.http.access import RequestSettings
from billetbro.api.place2book.client import Place2bookClient
from billetbro.errors import BilletbroError, Fatal, InvalidResponse, NoAccess, RateLimited, ServerError, TimedOut
from billetbro.steps.read_each import Unread, read_each
from tests.cases import cases

WELL = "well"


@pytest.fixture
def client() -> Iterator[Place2bookClient]:
    settings = RequestSettings(concurrency=1)
    with Place2bookClient("http://127.0.0.1:9", "made-up", connection="place2book", settings=settings) as client:
        yield client


def read(item: str | BilletbroError) -> str:
    if isinstance(item, BilletbroError):
        raise item
    return item


ILL, SLOW, ODD = ServerError("500"), TimedOut("late"), InvalidResponse("half")


@cases(
    "items",
    ("nothing to read", []),
    ("all well", [WELL, WELL]),
    ("one of several", [WELL, ILL, WELL]),
    ("never three in a row", [ILL, SLOW, WELL, ODD, ILL, WELL]),
    ("the only one", [ILL]),
)
def test_read_each_leaves_out_the_few_unreadable(client: Place2bookClient, items: list[str | BilletbroError]) -> None:
    expected = [Unread(item) if isinstance(item, BilletbroError) else item for item in items]  # type: ignore[arg-type]
    assert list(read_each(client, read, items)) == expected


@cases(
    "items raised",
    ("three in a row", [WELL, ILL, SLOW, ODD, WELL], ODD),
    ("all of two", [ILL, SLOW], ILL),
    ("fatal", [WELL, NoAccess("no"), WELL], Fatal),
    ("throttled", [WELL, RateLimited("slower"), WELL], RateLimited),
)
def test_read_each_gives_up_when_it_is_not_the_event(
    client: Place2bookClient, items: list[str | BilletbroError], raised: BilletbroError | type[BilletbroError]
) -> None:
    with pytest.raises(raised if isinstance(raised, type) else type(raised)) as error:
        read_each(client, read, items)
    assert isinstance(raised, type) or error.value is raised
