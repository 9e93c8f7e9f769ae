"""The sandbox with a country's sites in a process of its own, so that its CPU is not ours."""

from __future__ import annotations

import multiprocessing
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.copies import AFTER_EVERY_COPY, FIRST_NUMBER, Copy, copied_page, copied_ticket_event, copy_of
from benchmarks.country import Country
from sandbox.request_log import LoggedRequest
from sandbox.server import PLACE2BOOK, Sandbox

PUBLIC_PLACE2BOOK = "https://sandbox.place2book.com"
"""Where sales links lead: the same after a restart on other ports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the running servers are, and how to log in to them."""

    cms: dict[str, str]
    users: dict[str, tuple[str, str]]
    place2book: str
    token: str


class CountrySandbox:
    """What can be asked of the process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.addresses: Addresses = connection.recv()

    def publish(self) -> None:
        """Publish the events of the first library."""
        self._ask("publish")

    def publish_all(self) -> None:
        """Publish the events of every library."""
        self._ask("publish_all")

    def change(self, percent: float, capacity: int) -> int:
        """Change a share of the events in the websites; return how many."""
        changed: int = self._ask("change", percent, capacity)
        return changed

    def answer_after(self, seconds: float) -> None:
        """Let every answer take so long."""
        self._ask("answer_after", seconds)

    def requests(self) -> Counter[str]:
        """Return how many requests came since this was last asked, by kind."""
        counted: Counter[str] = self._ask("requests")
        return counted

    def multiply(self) -> list[Copy]:
        """Let every library be as the first is; return what each has in place of the first one's ids."""
        copies: list[Copy] = self._ask("multiply")
        return copies

    def _ask(self, name: str, *given: object) -> Any:
        self._connection.send((name, given))
        answer, trouble = self._connection.recv()
        if trouble:
            raise RuntimeError(trouble)
        return answer


@contextmanager
def country_sandbox(country: Country) -> Iterator[CountrySandbox]:
    """Run the sandbox, still without events, for the length of the block."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(country, there), daemon=True)
    process.start()
    there.close()
    try:
        yield CountrySandbox(here)
    finally:
        process.terminate()
        process.join()


def kind_of(request: LoggedRequest) -> str:
    """Return what a request was for: a CMS's list, Place2book's lists, prices, purchases, or a write to one of them."""
    api = PLACE2BOOK if request.server == PLACE2BOOK else "cms"
    if request.method != "GET":
        return f"{api} writes"
    last = request.path.rstrip("/").rpartition("/")[2]
    return f"{api} {'events' if last == 'events' else last if last in ('prices', 'purchases') else 'others'}"


def _serve(country: Country, asked: Connection) -> None:
    public = {f"cms:{name}": f"https://{name}.example.dk" for name in country.ids}
    sandbox = Sandbox(
        libraries=country.sites(),
        event_makers=country.makers(),
        venues=(),
        public_urls={PLACE2BOOK: PUBLIC_PLACE2BOOK, **public},
        seeded=False,
    )
    with sandbox:
        held = _Held(country, sandbox)
        asked.send(held.addresses)
        while True:
            try:
                name, given = asked.recv()
            except EOFError:
                return
            try:
                asked.send((getattr(held, name)(*given), None))
            except Exception:
                asked.send((None, traceback.format_exc()))


class _Held:
    def __init__(self, country: Country, sandbox: Sandbox) -> None:
        self._country = country
        self._sandbox = sandbox
        self.addresses = Addresses(
            cms=sandbox.cms_urls,
            users=sandbox.cms_users,
            place2book=sandbox.place2book_url,
            token=sandbox.place2book_token,
        )

    def publish(self) -> None:
        self._sandbox.place2book.number_from(FIRST_NUMBER)
        self._country.publish(self._sandbox, self._country.ids[0])

    def publish_all(self) -> None:
        for library in self._country.ids:
            self._country.publish(self._sandbox, library)

    def change(self, percent: float, capacity: int) -> int:
        return self._country.change(self._sandbox, percent, capacity)

    def answer_after(self, seconds: float) -> None:
        self._sandbox.faults.clear()
        for server in (PLACE2BOOK, *(f"cms:{name}" for name in self._country.ids)):
            self._sandbox.faults.add(server, "slow", seconds=seconds)

    def requests(self) -> Counter[str]:
        entries = self._sandbox.log.entries
        self._sandbox.log.clear()
        return Counter(map(kind_of, entries))

    def multiply(self) -> list[Copy]:
        place2book, (first, *others) = self._sandbox.place2book, self._country.ids
        pages, events = self._sandbox.cms[first].events, place2book.events
        copies = [copy_of(first, name, at, [one.seccode for one in events]) for at, name in enumerate(others, start=2)]
        for copy in copies:
            for page in pages:
                self._sandbox.cms[copy.library].put(copied_page(page, copy))
            for event in events:
                place2book.put(copied_ticket_event(event, copy))
        place2book.number_from(AFTER_EVERY_COPY)
        return copies
