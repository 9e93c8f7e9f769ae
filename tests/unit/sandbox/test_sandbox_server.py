"""The servers start, stop, come back, and run as a program."""

import os
import random
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import requests

from sandbox.place2book_records import EventMaker
from sandbox.seed import Library
from sandbox.server import Sandbox
from tests.unit.sandbox.clients import TIMEOUT, Place2bookClient, cms_list


def _free_ports(number: int) -> list[int]:
    """Return ports that nobody uses, below those that systems hand out: no other process gets one meanwhile."""
    return [port for port in random.sample(range(20_000, 32_000), 50) if _is_free(port)][:number]


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("server", ["place2book", "cms:solbjerg"])
def test_stopped_server_refuses_and_comes_back_with_its_data(sandbox: Sandbox, server: str) -> None:
    url = sandbox.place2book_url if server == "place2book" else sandbox.cms_urls["solbjerg"]
    events = len(sandbox.place2book.events), len(sandbox.cms["solbjerg"].events)
    with requests.Session() as session:
        before = session.get(url, timeout=TIMEOUT).status_code
        sandbox.stop_server(server)
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=TIMEOUT)
        assert sandbox.servers == {**dict.fromkeys(sandbox.servers, True), server: False}
        sandbox.start_server(server)
        assert session.get(url, timeout=TIMEOUT).status_code == before
    assert (len(sandbox.place2book.events), len(sandbox.cms["solbjerg"].events)) == events


def test_stopping_one_server_leaves_the_others(sandbox: Sandbox) -> None:
    sandbox.stop_server("cms:solbjerg")
    assert len(cms_list(sandbox, "nordvig")) == 23
    sandbox.start_server("cms:solbjerg")
    assert len(cms_list(sandbox)) == 41


def test_unknown_server_cannot_be_stopped(sandbox: Sandbox) -> None:
    with pytest.raises(KeyError):
        sandbox.stop_server("cms:ukendt")
    assert all(sandbox.servers.values())


def test_reset_returns_to_the_seed(sandbox: Sandbox) -> None:
    sandbox.cms["solbjerg"].add(title="Ny")
    sandbox.place2book.delete(sandbox.place2book.by_seccode("lokaleleje").id)
    sandbox.faults.add("place2book", "status")
    cms_list(sandbox)
    sandbox.reset()
    held = len(sandbox.cms["solbjerg"].events), len(sandbox.place2book.events)
    assert (held, sandbox.faults.active, sandbox.log.entries) == ((41, 4), [], [])


def test_reset_without_seed_leaves_everything_empty(sandbox: Sandbox) -> None:
    sandbox.reset(seeded=False)
    assert (cms_list(sandbox), cms_list(sandbox, "nordvig"), sandbox.place2book.events) == ([], [], [])


def test_sandbox_with_other_libraries_public_urls_and_time_uses_them() -> None:
    library = Library("testby", "Testby Bibliotek", "login", "made-up", "kroner")
    urls = {"place2book": "http://p2b.example/", "cms:testby": "http://testby.example"}
    now = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    maker = EventMaker(7000, "Testby", "Testby", "0800", "Gaden 1")
    with Sandbox([library], [maker], public_urls=urls, clock=lambda: now, seeded=False) as own:
        uuid = own.cms["testby"].add(title="Koncert")
        event = Place2bookClient(own, 7000).create()
        shown = cms_list(own, "testby")[0]
        users = own.cms_users
    assert users == {"testby": ("login", "made-up")}
    found = (shown["url"], shown["created_at"])
    assert found == (f"http://testby.example/arrangementer/{uuid}", "2031-05-06T09:08:00+02:00")
    assert event["links"]["sales_location"] == f"http://p2b.example/da/sw2/sales/{event['seccode']}"


def test_sandbox_can_be_stopped_twice_and_is_gone() -> None:
    own = Sandbox()
    own.start()
    url = own.control_url
    own.stop()
    own.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=TIMEOUT)
    assert own.servers == {}


def test_sandbox_on_a_port_that_is_taken_fails_and_leaves_nothing_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        free = _free_ports(1)[0]
        own = Sandbox(ports={"place2book": free, "cms:solbjerg": port})
        with pytest.raises(OSError, match="Address already in use"):
            own.start()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{free}", timeout=TIMEOUT)
    assert own.servers == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_program_prints_its_addresses_and_ends_cleanly(number: signal.Signals) -> None:
    ports = _free_ports(5)
    options = ["--place2book-port", ports[0], "--cms-port", f"solbjerg={ports[1]}", "--cms-port", f"nordvig={ports[2]}"]
    options += [
        "--control-port",
        ports[3],
        "--yesplan-port",
        f"theater={ports[4]}",
        "--public-url",
        "place2book=http://p2b.example",
    ]
    command = [sys.executable, "-W", "error", "-m", "sandbox", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ) as child:
        assert child.stdout is not None
        printed = [child.stdout.readline().strip() for _ in range(5)]
        page = requests.get(f"http://127.0.0.1:{ports[3]}/", timeout=TIMEOUT)
        child.send_signal(number)
        _, errors = child.communicate(timeout=TIMEOUT)
    names = ["place2book", "cms:solbjerg", "cms:nordvig", "control", "yesplan:theater"]
    where = {name: f"http://127.0.0.1:{port}" for name, port in zip(names, ports, strict=True)}
    assert dict(line.split("\t") for line in printed) == where
    assert (page.status_code, child.returncode, errors) == (200, 0, "")
