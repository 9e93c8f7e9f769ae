"""A server that serves a `Year` over loopback, in a process of its own, so that its time and memory are not ours.

It knows the requests of the benchmark and nothing else, and answers as fast as it can.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from benchmarks.year import Year

TOKEN = "made-up-token-of-the-benchmark"
ONE_EVENT = re.compile(r"/event_makers/(\d+)/events/(\d+)/(prices|purchases)")
EVENTS = re.compile(r"/event_makers/(\d+)/events")


@dataclass(frozen=True, slots=True)
class YearServer:
    """Where a running server is, and what can be done to it besides asking."""

    url: str

    def sell(self, event_ids: list[int]) -> None:
        """Let an hour pass, in which one more is bought for each event."""
        self._tell("/sell?" + "&".join(f"event={event_id}" for event_id in event_ids))

    def requests(self) -> int:
        """Return how many requests came since this was last asked."""
        return int(self._tell("/requests"))

    def _tell(self, path: str) -> str:
        with urlopen(self.url + path) as answer:
            told: str = answer.read().decode()
        return told


@contextmanager
def serving(year: Year) -> Iterator[YearServer]:
    """Serve a year for the length of the block."""
    here, there = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(year, there), daemon=True)
    server.start()
    try:
        yield YearServer(f"http://127.0.0.1:{here.recv()}")
    finally:
        server.terminate()
        server.join()


def _serve(year: Year, ready: Connection) -> None:
    asyncio.run(_run(year, ready))


async def _run(year: Year, ready: Connection) -> None:
    answers = _Answers(year)
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(answers), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Answers:
    """What is answered, by path."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._requests = 0

    def to(self, target: str) -> object:
        parts = urlsplit(target)
        asked = parse_qs(parts.query)
        if parts.path == "/sell":
            self._year.sell(int(event) for event in asked.get("event", []))
            return None
        if parts.path == "/requests":
            counted, self._requests = self._requests, 0
            return counted
        self._requests += 1
        if found := ONE_EVENT.fullmatch(parts.path):
            event_id = int(found[2])
            return self._year.prices(event_id) if found[3] == "prices" else list(self._year.bought(event_id))
        if found := EVENTS.fullmatch(parts.path):
            return self._events(int(found[1]), asked)
        return [{"id": maker, "name": f"Bibliotek {maker}"} for maker in self._year.makers]

    def _events(self, maker: int, asked: dict[str, list[str]]) -> list[object]:
        after = asked.get("event_begin_at_after", [""])[0]
        ids = self._year.event_ids(maker)
        if after:
            begin = datetime.fromisoformat(after)
            ids = [event_id for event_id in ids if self._year.begin_at(event_id) > begin]
        size, page = int(asked.get("per_page", ["200"])[0]), int(asked.get("page", ["1"])[0])
        return [self._year.event(event_id) for event_id in ids[(page - 1) * size : page * size]]


class _Conversation(asyncio.Protocol):
    """One connection, kept open, on which GETs without a body follow one another."""

    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            request, _, self._heard = self._heard.partition(b"\r\n\r\n")
            body = json.dumps(self._answers.to(request.split(b" ", 2)[1].decode())).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)
