"""Writing back to the CMS, and trying a connection to it."""

import logging

import pytest

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.errors import (
    BilletbroError,
    InternalServerError,
    InvalidResponse,
    NotFound,
    OutcomeUnknown,
    Refused,
    WrongCredentials,
    WrongHost,
)
from billetbro.models import SourceState
from sandbox.server import Sandbox
from tests.cases import cases
from tests.unit.api.answering import Reply, Server, as_json
from tests.unit.api.conftest import HASTY, PASSWORD
from tests.unit.api.dpl_cms.test_cms_events import BARE, BARE_EVENT, FROM

LINK, ADMIN = "https://www.place2book.com/da/sw2/sales/abc", "https://www.place2book.com/da/events/1"


@cases(
    "state link admin_link body",
    ("both", SourceState.ACTIVE, LINK, ADMIN, {"state": "Active", "external_data": {"url": LINK, "admin_url": ADMIN}}),
    ("links", None, LINK, ADMIN, {"external_data": {"url": LINK, "admin_url": ADMIN}}),
    ("one link", None, LINK, None, {"external_data": {"url": LINK}}),
    ("the other link", None, None, ADMIN, {"external_data": {"admin_url": ADMIN}}),
    ("state", SourceState.SOLD_OUT, None, None, {"state": "SoldOut"}),
    ("clear", None, None, None, {"external_data": {}}),
    ("clear with empty texts", None, "", "", {"external_data": {}}),
)
def test_patch_sends_both_links_or_none(
    cms: CmsClient,
    server: Server,
    state: SourceState | None,
    link: str | None,
    admin_link: str | None,
    body: dict[str, object],
) -> None:
    server.will_answer(as_json(BARE))
    assert cms.patch_event("0a1b", state=state, link=link, admin_link=admin_link) == BARE_EVENT
    assert server.bodies() == [body]
    assert (server.received[0].method, server.received[0].path) == ("PATCH", "/api/v1/events/0a1b?_format=json")


def test_patch_answered_without_an_event_is_done(cms: CmsClient, server: Server) -> None:
    server.will_answer(Reply(status=204))
    assert cms.patch_event("0a1b", state=None, link=LINK, admin_link=ADMIN) is None


def test_patch_changes_the_event_on_the_site(sandbox: Sandbox, sandbox_cms: CmsClient) -> None:
    uuid = sandbox.cms["solbjerg"].add(title="Koncert", state="TicketSaleNotOpen")
    event = sandbox_cms.patch_event(uuid, state=SourceState.ACTIVE, link=LINK, admin_link=ADMIN)
    assert (event.uuid, event.state, event.link, event.admin_link) == (uuid, SourceState.ACTIVE, LINK, ADMIN)


@cases(
    "reply kind",
    ("400", Reply(status=400), Refused),
    ("401", Reply(status=401), WrongCredentials),
    ("403", Reply(status=403), WrongCredentials),
    ("404", Reply(status=404), NotFound),
    ("500", Reply(status=500), InternalServerError),
    ("502", Reply(status=502), OutcomeUnknown),
    ("503", Reply(status=503), OutcomeUnknown),
    ("a web page", Reply(b"<html>"), OutcomeUnknown),
)
def test_patch_that_fails_is_an_error_and_sent_once(
    cms: CmsClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        cms.patch_event("0a1b", state=SourceState.ACTIVE, link=None, admin_link=None)
    assert type(raised.value) is kind
    assert "when asked to update event 0a1b; " in str(raised.value)
    assert server.methods() == ["PATCH"]


def test_uuid_of_an_event_cannot_lead_elsewhere(cms: CmsClient, server: Server) -> None:
    server.will_answer(as_json(BARE))
    cms.patch_event("../users?a=1", state=SourceState.ACTIVE, link=None, admin_link=None)
    assert server.received[0].path == "/api/v1/events/..%2Fusers%3Fa%3D1?_format=json"


def test_check_with_the_right_login_says_that_it_works(sandbox: Sandbox, sandbox_cms: CmsClient) -> None:
    before = [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events]
    assert sandbox_cms.check().key == "accepted.dpl_cms"
    assert [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events] == before


NOT_TO_WRITE = [
    pytest.param("eksternt-system", "forkert-kode", 403, id="wrong password"),
    pytest.param("eksternt-system", "", 403, id="no password"),
    pytest.param("nobody", "made-up-solbjerg", 403, id="unknown user"),
    pytest.param("redaktionen", "made-up-redaktionen", 403, id="user without the role"),
    pytest.param("", "", 401, id="no login"),
]


@pytest.mark.parametrize(("login", "password", "status"), NOT_TO_WRITE)
def test_login_that_may_not_write_reads_and_is_found_out_by_what_changes_nothing(
    sandbox: Sandbox, login: str, password: str, status: int
) -> None:
    before = [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events]
    url = sandbox.cms_urls["solbjerg"]
    said = []
    with CmsClient(url, login, password, connection="cms_solbjerg", settings=HASTY) as client:
        assert client.events(FROM) != ()
        for ask in (client.ensure_writable, client.check):
            with pytest.raises(WrongCredentials) as raised:
                ask()
            said.append(str(raised.value))
    host = url.removeprefix("http://")
    assert (
        said
        == [
            f"Connection 'cms_solbjerg' to {host} did not accept the login (status {status}) when asked whether the "
            "login may write; correct the password or token in the connection."
        ]
        * 2
    )
    assert [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events] == before


def test_login_that_may_write_is_found_out_without_a_change(sandbox: Sandbox, sandbox_cms: CmsClient) -> None:
    before = [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events]
    sandbox_cms.ensure_writable()
    assert [(entry.method, entry.status) for entry in sandbox.log.entries] == [("PATCH", 404)]
    assert [(event.uuid, event.updated_at) for event in sandbox.cms["solbjerg"].events] == before


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_login_is_tried_with_an_empty_update_of_no_event(cms: CmsClient, server: Server, status: int) -> None:
    server.will_answer(Reply(status=status))
    cms.ensure_writable()
    path = "/api/v1/events/00000000-0000-0000-0000-000000000000?_format=json"
    assert ([(r.method, r.path) for r in server.received], server.bodies()) == ([("PATCH", path)], [{}])


@cases(
    "reply kind",
    ("401", Reply(status=401), WrongCredentials),
    ("403", Reply(status=403), WrongCredentials),
    ("405", Reply(status=405), Refused),
    ("sent elsewhere", Reply(status=302, headers={"Location": "/"}), WrongHost),
    ("500", Reply(status=500), InvalidResponse),
    ("a web page", Reply(b"<html>"), InvalidResponse),
    ("no answer in time", Reply(delay=30), InvalidResponse),
)
def test_login_is_taken_for_good_by_no_answer_that_does_not_tell(
    cms: CmsClient, server: Server, reply: Reply, kind: type[BilletbroError]
) -> None:
    server.will_answer(reply)
    with pytest.raises(kind) as raised:
        cms.ensure_writable()
    assert type(raised.value) is kind
    assert "when asked whether the login may write; " in str(raised.value)
    assert server.methods() == ["PATCH"]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
def test_password_shows_in_no_log_message_or_repr(
    cms: CmsClient, server: Server, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.will_answer(Reply(f'{{"message": "{PASSWORD}"}}'.encode(), status))
    seen = [repr(cms), repr(vars(cms))]
    with caplog.at_level(logging.DEBUG):
        for act in (cms.check, lambda: cms.events(FROM)):
            try:
                seen.append(repr(act()))
            except BilletbroError as error:
                seen += [repr(error), repr(error.__cause__), repr(error.__context__), repr(vars(error))]
    told = "\n".join([*seen, caplog.text])
    assert caplog.text
    assert PASSWORD not in told
    assert "Basic " not in told
