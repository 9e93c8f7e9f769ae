"""The same hour by programs that do less: they read, compare with the hour before, and write nothing.

`straightforward` is how such an integration is mostly written: one request after another, everything is asked for, and
dictionaries are compared. `ideal` asks for the lists alone, all at once, and compares a hash of each event: no program
in Python has to do less.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import aiohttp
import orjson
import requests

from benchmarks.apart import peak_mib
from benchmarks.country_sandbox import Addresses
from benchmarks.hour_ours import Spent

ACCEPT = "application/vnd.place2book.v1+json"
PER_PAGE = 200
AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Where the APIs are, the libraries' event makers, and the file that holds what was read the hour before."""

    addresses: Addresses
    makers: Mapping[str, int]
    memory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What it took, and how many events were not as before."""

    spent: Spent
    changed: int


def straightforward(other: Other) -> Read:
    """Read every list and every event's prices, one after the other, and compare them with those of the hour before."""
    began, cpu = time.perf_counter(), time.process_time()
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(_headers(other))
        found: dict[str, object] = {}
        for library, maker in other.makers.items():
            cms = session.get(f"{other.addresses.cms[library]}/api/v1/events", params={"_format": "json"}, timeout=60)
            found |= {event["uuid"]: event for event in cms.json()}
            events = f"{other.addresses.place2book}/event_makers/{maker}/events"
            page = 1
            while listed := session.get(events, params={"page": page, "per_page": PER_PAGE}, timeout=60).json():
                for event in listed:
                    prices = session.get(f"{events}/{event['id']}/prices", timeout=60).json()
                    found[f"{maker}/{event['id']}"] = {**event, "prices": prices}
                page += 1
                if len(listed) < PER_PAGE:
                    break
    return _read(other, found, began, cpu)


def ideal(other: Other) -> Read:
    """Read the lists of all libraries at once, and compare a hash of each event with that of the hour before."""
    began, cpu = time.perf_counter(), time.process_time()
    return _read(other, asyncio.run(_hashes(other)), began, cpu)


async def _hashes(other: Other) -> dict[str, object]:
    found: dict[str, object] = {}
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(headers=_headers(other), connector=connector) as session:
        await asyncio.gather(*(_hash_library(session, other, library, found) for library in other.makers))
    return found


async def _hash_library(session: aiohttp.ClientSession, other: Other, library: str, found: dict[str, object]) -> None:
    async def listed(url: str) -> list[dict[str, object]]:
        async with session.get(url) as answer:
            events: list[dict[str, object]] = orjson.loads(await answer.read())
            return events

    async def place2book() -> None:
        page, events = 1, f"{other.addresses.place2book}/event_makers/{other.makers[library]}/events"
        while True:
            those = await listed(f"{events}?page={page}&per_page={PER_PAGE}")
            found.update((f"{library}/{event['id']}", _hash(event)) for event in those)
            if len(those) < PER_PAGE:
                return
            page += 1

    async def cms() -> None:
        those = await listed(f"{other.addresses.cms[library]}/api/v1/events?_format=json")
        found.update((str(event["uuid"]), _hash(event)) for event in those)

    await asyncio.gather(cms(), place2book())


def _hash(event: dict[str, object]) -> bytes:
    return blake2b(orjson.dumps(event, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()


def _headers(other: Other) -> dict[str, str]:
    return {"Accept": ACCEPT, "X-PLACE2BOOK-API-TOKEN": other.addresses.token}


def _read(other: Other, found: Mapping[str, object], began: float, cpu: float) -> Read:
    before = pickle.loads(other.memory.read_bytes()) if other.memory.exists() else {}
    changed = sum(before.get(key) != value for key, value in found.items())
    other.memory.write_bytes(pickle.dumps(found))
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    return Read(spent=Spent(seconds=seconds, cpu=spent, peak_mib=peak_mib(), steps={}), changed=changed)
