"""From an Airflow connection to a client, and the words that the Test button says."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from airflow.models import Connection as StoredConnection
from airflow.sdk import Connection
from airflow.sdk._shared.secrets_masker import redact

from billetbro.errors import SettingsError, WrongHost
from billetbro_airflow.hooks.dpl_cms_hook import DplCmsHook
from billetbro_airflow.hooks.place2book_hook import Place2bookHook
from billetbro_airflow.hooks.yesplan_hook import YesplanHook
from sandbox.server import Sandbox
from tests.cases import cases

NOBODY = "http://127.0.0.1:1"
EDITOR = {"login": "redaktionen", "password": "made-up-redaktionen"}


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


def website(sandbox: Sandbox, **different: str) -> Connection:
    login, password = sandbox.cms_users["solbjerg"]
    given = {"host": sandbox.cms_urls["solbjerg"], "login": login, "password": password, **different}
    return Connection.from_json(json.dumps({"conn_type": "dpl_cms", **given}), conn_id="cms_solbjerg")


def place2book(sandbox: Sandbox, **different: str) -> Connection:
    given = {"host": sandbox.place2book_url, "password": sandbox.place2book_token, **different}
    return Connection.from_json(json.dumps({"conn_type": "place2book", **given}), conn_id="place2book")


def yesplan(sandbox: Sandbox, **different: str) -> Connection:
    given = {"host": sandbox.yesplan_urls["theater"], "password": sandbox.yesplan["theater"].api_key, **different}
    return Connection.from_json(json.dumps({"conn_type": "yesplan", **given}), conn_id="yesplan_theater")


def test_test_of_a_yesplan_that_works_says_so(sandbox: Sandbox) -> None:
    works, said = yesplan(sandbox).test_connection()
    host = sandbox.yesplan_urls["theater"].removeprefix("http://")
    assert (works, said) == (True, f"{host} godtager nøglen.")


@cases(
    "made different says",
    ("Yesplan: wrong key", yesplan, {"password": "forkert-noegle"}, "godtog ikke login (status 401)"),
    ("Yesplan: no key", yesplan, {"password": ""}, "godtog ikke login (status 401)"),
    ("Yesplan: nobody there", yesplan, {"host": NOBODY}, "kunne ikke oprettes"),
    ("Yesplan: no host", yesplan, {"host": ""}, "har ingen adresse (host)"),
    ("Yesplan: key in the address", yesplan, {"host": "http://127.0.0.1:8/?api_key=made-up"}, "ikke er en webadresse"),
    ("CMS: wrong password", website, {"password": "forkert-kode"}, "godtog ikke login (status 403)"),
    ("CMS: unknown user", website, {"login": "nobody"}, "godtog ikke login (status 403)"),
    ("CMS: user without the role", website, EDITOR, "godtog ikke login (status 403)"),
    ("CMS: no login", website, {"login": "", "password": ""}, "godtog ikke login (status 401)"),
    ("CMS: nobody there", website, {"host": NOBODY}, "kunne ikke oprettes"),
    ("CMS: name that cannot exist", website, {"host": "https://a..b"}, "førte ingen steder hen"),
    ("CMS: no host", website, {"host": ""}, "har ingen adresse (host)"),
    ("CMS: a title for a host", website, {"host": "Solbjerg Bibliotek"}, "ikke er en webadresse"),
    ("Place2book: wrong token", place2book, {"password": "forkert-token"}, "godtog ikke login (status 401)"),
    ("Place2book: no token", place2book, {"password": ""}, "godtog ikke login (status 401)"),
    ("Place2book: nobody there", place2book, {"host": NOBODY}, "kunne ikke oprettes"),
    ("Place2book: no access", place2book, {"extra": '{"event_makers": [5000, 5900]}'}, "uden adgang til arrangør 5900"),
)
def test_test_that_fails_says_why(
    sandbox: Sandbox, made: Callable[..., Connection], different: dict[str, str], says: str
) -> None:
    connection = made(sandbox, **different)
    works, said = connection.test_connection()
    assert (works, says in said, "made-up" in said) == (False, True, False)
    assert said.startswith(f"Forbindelsen '{connection.conn_id}' ")


def test_test_of_a_yesplan_whose_key_was_revoked_says_so(sandbox: Sandbox) -> None:
    sandbox.yesplan["theater"].behave(revoked=True)
    works, said = yesplan(sandbox).test_connection()
    assert (works, "godtog ikke login (status 403)" in said) == (False, True)


def test_test_of_a_website_that_works_says_so(sandbox: Sandbox) -> None:
    works, said = website(sandbox).test_connection()
    host = sandbox.cms_urls["solbjerg"].removeprefix("http://")
    assert (works, said) == (True, f"{host} viser sine arrangementer og godtager login.")


def test_test_of_a_website_at_the_address_of_place2book_says_so(sandbox: Sandbox) -> None:
    works, said = website(sandbox, host=sandbox.place2book_url).test_connection()
    assert (works, "har ingen adgang til arrangementer (status 404)" in said) == (False, True)


def test_test_of_place2book_at_the_address_of_a_website_says_so(sandbox: Sandbox) -> None:
    works, said = place2book(sandbox, host=sandbox.cms_urls["solbjerg"]).test_connection()
    assert (works, "er ikke Place2books API (status 404)" in said) == (False, True)


@pytest.mark.parametrize("server", ["cms:solbjerg", "place2book"])
def test_test_that_meets_a_web_page_says_so(sandbox: Sandbox, server: str) -> None:
    sandbox.faults.add(server, "html_200")
    connection = place2book(sandbox) if server == "place2book" else website(sandbox)
    works, said = connection.test_connection()
    assert works is False
    assert "svarede med en webside i stedet for data" in said


@pytest.mark.parametrize("event_makers", ["", "5000", "5000, 5100;5101"], ids=["none", "one", "three"])
def test_test_of_place2book_that_works_names_its_event_makers(sandbox: Sandbox, event_makers: str) -> None:
    extra = json.dumps({"event_makers": event_makers})
    works, said = place2book(sandbox, extra=extra).test_connection()
    assert works is True
    assert "godtager nøglen, til: Solbjerg Bibliotek (5000), Nordvig Bibliotekerne (5100)" in said


@pytest.mark.parametrize("extra", ["[]", "not json", "{}"])
def test_test_of_place2book_with_an_odd_extra_still_works(sandbox: Sandbox, extra: str) -> None:
    assert place2book(sandbox, extra=extra).test_connection()[0] is True


def test_connections_from_the_environment_give_clients(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    login, password = sandbox.cms_users["solbjerg"]
    website = {"conn_type": "dpl_cms", "host": sandbox.cms_urls["solbjerg"], "login": login, "password": password}
    system = {"conn_type": "place2book", "host": sandbox.place2book_url, "password": sandbox.place2book_token}
    theater = sandbox.yesplan["theater"]
    venue = {"conn_type": "yesplan", "host": sandbox.yesplan_urls["theater"], "password": theater.api_key}
    monkeypatch.setenv("AIRFLOW_CONN_YESPLAN_THEATER", json.dumps(venue))
    with YesplanHook("yesplan_theater", concurrency=2, per_second=50).client as yesplan:
        assert len(yesplan.events("date:01-01-2020 TO 31-12-2099")) == len(theater.events)
    monkeypatch.setenv("AIRFLOW_CONN_CMS_SOLBJERG", json.dumps(website))
    monkeypatch.setenv("AIRFLOW_CONN_PLACE2BOOK", json.dumps(system))
    with DplCmsHook("cms_solbjerg", concurrency=2, per_second=50).client as cms:
        assert len(cms.events(date.today())) > 20
    with Place2bookHook(concurrency=2, per_second=50).client as place2book:
        assert [maker.event_maker for maker in place2book.event_makers()] == [5000, 5100, 5101, 5200]


def test_connection_in_parts_is_put_together(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    host, port = sandbox.place2book_url.removeprefix("http://").split(":")
    parts = {"conn_type": "place2book", "host": host, "port": int(port), "schema": "http", "password": "forkert"}
    monkeypatch.setenv("AIRFLOW_CONN_P2B_PARTS", json.dumps({**parts, "password": sandbox.place2book_token}))
    assert Place2bookHook("p2b_parts").test_connection()[0] is True


@pytest.mark.parametrize("extra", [None, '{"event_makers": "5000, 5101"}'], ids=["no extra", "extra"])
def test_connection_of_the_button_works(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, extra: str | None) -> None:
    typed = StoredConnection(
        conn_id="typed",
        conn_type="place2book",
        host=sandbox.place2book_url,
        password=sandbox.place2book_token,
        extra=extra,
    )
    monkeypatch.setenv("AIRFLOW_CONN_TYPED", typed.get_uri())
    assert Place2bookHook("typed").test_connection()[0] is True


def test_hook_makes_its_client_at_first_use_and_only_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Place2bookHook("p2b_once")
    monkeypatch.setenv("AIRFLOW_CONN_P2B_ONCE", json.dumps({"conn_type": "place2book", "host": sandbox.place2book_url}))
    with hook.client as client:
        assert hook.client is client


def test_connection_without_a_host_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CMS_EMPTY", json.dumps({"conn_type": "dpl_cms"}))
    with pytest.raises(WrongHost) as raised:
        _ = DplCmsHook("cms_empty").client
    assert "Connection 'cms_empty' has no host" in str(raised.value)


@pytest.mark.parametrize("hook_class", [DplCmsHook, Place2bookHook, YesplanHook])
def test_connection_that_does_not_exist_is_named(
    hook_class: type[DplCmsHook | Place2bookHook | YesplanHook], airflow_home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError) as raised:
        _ = hook_class("cms_ingen").client
    assert str(raised.value) == "There is no connection 'cms_ingen'; add it in Airflow under Admin, Connections."
    said = "Der er ingen forbindelse 'cms_ingen'; opret den i Airflow under Admin, Connections."
    assert hook_class("cms_ingen").test_connection() == (False, said)
    monkeypatch.setenv("AIRFLOW_VAR_BILLETBRO_LANGUAGE", "en")
    assert hook_class("cms_ingen").test_connection() == (False, str(raised.value))


@pytest.mark.parametrize("conn_type", ["dpl_cms", "place2book", "yesplan"])
def test_secret_of_a_connection_is_masked(sandbox: Sandbox, caplog: pytest.LogCaptureFixture, conn_type: str) -> None:
    secret = f"meget-hemmeligt-{conn_type}"
    made = {"dpl_cms": website, "place2book": place2book, "yesplan": yesplan}[conn_type]
    with caplog.at_level(logging.DEBUG):
        works, said = made(sandbox, password=secret).test_connection()
    assert works is False
    assert secret not in said + caplog.text
    assert redact(f"the secret is {secret}") == "the secret is ***"
