"""An event's page: why it has no ticket button, what each side has, and what happened (behaviour 12)."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text

from billetbro.models import Mapped, Outcome
from billetbro.store.schema.records import MAPPED, SOURCE_EVENT
from tests.cases import cases
from tests.integration.pages.site import Site, text_of
from tests.integration.store import examples

EVENTS = "/libraries/solbjerg/events"
HOSTILE = "<script>alert(1)</script>"
MADE_UP = "made/up & <1>"
ON_SALE = """
    SELECT uuid, event_id, sales_location, shown_title AS title FROM sync.links
    JOIN sync.ticket_events USING (library, event_maker, event_id) JOIN sync.source_events USING (library, uuid)
    WHERE library = 'solbjerg' AND sale = 'open' AND drift = '{}' AND link = sales_location ORDER BY uuid LIMIT 1
"""
INSERT = """
    INSERT INTO sync.source_events (library, uuid, title, present, payload, mapped, first_seen_at, last_seen_at)
    VALUES ('solbjerg', :uuid, :title, true, CAST(:payload AS jsonb), CAST(:mapped AS jsonb), now(), now())
"""


@contextmanager
def made_up(site: Site, mapped: Mapped = examples.MAPPED, title: str = "Made up", **changes: str) -> Iterator[str]:
    """Have an event in the source's list that no run has seen; give its page."""
    source = replace(examples.SOURCE_EVENT, uuid=MADE_UP, title=title, **changes)
    values = {
        "uuid": MADE_UP,
        "title": title,
        "payload": json.dumps(SOURCE_EVENT.stored(source)),
        "mapped": json.dumps(MAPPED.stored(replace(mapped, uuid=MADE_UP, title=title))),
    }
    with site.engine.begin() as connection:
        connection.execute(text(INSERT), values)
    try:
        yield f"{EVENTS}/made%2Fup%20%26%20%3C1%3E"
    finally:
        with site.engine.begin() as connection:
            for table in ("source_events", "actions", "changes", "rejections"):
                connection.execute(text(f"DELETE FROM sync.{table} WHERE uuid = :uuid"), {"uuid": MADE_UP})


def test_event_on_sale_says_that_it_has_its_button_and_how_it_came(admin: Site) -> None:
    with admin.engine.connect() as connection:
        row = connection.execute(text(ON_SALE)).one()
    page = admin.get(f"{EVENTS}/{row.uuid}").text
    said = text_of(page)
    assert f"<h1>{row.title}</h1>" in page
    assert "Arrangementet har sin billetknap" in said
    assert f"salget er åbent, og linket {row.sales_location} står i CMS" in said
    assert "oprettet i Place2book" in said
    assert "skrevet til CMS" in said
    assert str(row.event_id) in said
    assert f'href="{row.sales_location}"' in page
    assert 'aria-current="step"' not in page
    assert "Ikke i orden:" not in said


def test_rejected_event_names_the_point_at_which_it_stops_and_what_to_do(admin: Site) -> None:
    with admin.engine.connect() as connection:
        uuid = connection.scalar(
            text(
                "SELECT uuid FROM sync.rejections WHERE library = 'solbjerg' AND code = 'capacity_missing' "
                "AND resolved_at IS NULL ORDER BY uuid LIMIT 1"
            )
        )
    assert uuid
    page = admin.get(f"{EVENTS}/{uuid}").text
    (failing,) = re.findall(r'aria-current="step">(.*?)</li>', page, re.DOTALL)
    assert "Antal billetter Her stopper det Der mangler et antal billetter." in text_of(failing)
    assert "Hvorfor ingen billetknap?" in text_of(page)


@cases(
    "path role status said",
    ("never seen", f"{EVENTS}/never-seen", "ADMIN", 404, "aldrig set i CMS' liste, som sidst blev læst"),
    ("never seen, in words of its own", f"{EVENTS}/%3Cb%3E", "ADMIN", 404, "Der blev spurgt efter: <b>"),
    ("a character that no text has", f"{EVENTS}/a%00b", "ADMIN", 404, "Siden findes ikke"),
    ("another library's people", "/libraries/nordvig/events/never-seen", "VIEWER", 404, "Siden findes ikke"),
    ("a library that is not there", "/libraries/nowhere/events/never-seen", "ADMIN", 404, "Siden findes ikke"),
)
def test_unknown_event_is_404_and_says_what_is_known(site: Site, path: str, role: str, status: int, said: str) -> None:
    answer = site.as_person("lis", role).get(path)
    assert (answer.status_code, said in text_of(answer.text)) == (status, True)
    assert "<b>" not in answer.text


def test_event_of_another_library_is_not_shown_to_those_who_may_not_see_it(site: Site) -> None:
    with site.engine.connect() as connection:
        uuid = connection.scalar(text("SELECT min(uuid) FROM sync.source_events WHERE library = 'nordvig'"))
    assert site.as_person("lis", "VIEWER").get(f"/libraries/nordvig/events/{uuid}").status_code == 404
    assert site.get(f"{EVENTS}/{uuid}").status_code == 404
    assert site.as_person("vera", "VIEWER").get(f"/libraries/nordvig/events/{uuid}").status_code == 200


def test_texts_of_an_event_are_escaped_and_only_web_addresses_are_links(admin: Site) -> None:
    desired = examples.MAPPED.desired
    assert desired
    hostile = replace(desired, name=HOSTILE, description_long=f"<p onclick=x>{HOSTILE}</p><img src=x>")
    with made_up(admin, replace(examples.MAPPED, desired=hostile), HOSTILE, url="javascript:alert(1)") as path:
        change = {
            "uuid": MADE_UP,
            "title": HOSTILE,
            "fields": json.dumps([{"field": HOSTILE, "old": HOSTILE, "new": HOSTILE}]),
        }
        with admin.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO sync.changes (run_id, library, uuid, title, kind, fields, why, status, planned_at) "
                    "VALUES ('../<run>', 'solbjerg', :uuid, :title, 'update', CAST(:fields AS jsonb), :title, "
                    "'applied', now())"
                ),
                change,
            )
            connection.execute(
                text(
                    "INSERT INTO sync.rejections (library, uuid, code, title, field, found, detail, first_seen_at, "
                    "last_seen_at, last_run_id) VALUES ('solbjerg', :uuid, 'refused_by_place2book', :title, :title, "
                    ":title, :title, now(), now(), 'run')"
                ),
                {"uuid": MADE_UP, "title": HOSTILE},
            )
            connection.execute(
                text(
                    "INSERT INTO sync.actions (asked_at, asked_by, action, library, uuid, fields) "
                    "VALUES (now(), :title, :title, 'solbjerg', :uuid, CAST(:fields AS jsonb))"
                ),
                change,
            )
        page = admin.get(path).text
    assert all(markup not in page for markup in ("<script", "<img", "onclick=", 'href="javascript'))
    assert f"<h1>{HOSTILE}</h1>" not in page
    assert page.count("&lt;script&gt;") > 10
    assert 'href="/billetbro/runs/..%2F%3Crun%3E"' in page


def test_what_people_asked_for_is_told_with_who_and_what(admin: Site) -> None:
    with made_up(admin) as path:
        with admin.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO sync.actions (asked_at, asked_by, action, library, uuid, fields, run_id) VALUES ("
                    "now(), 'Vera', 'accept', 'solbjerg', :uuid, CAST(:fields AS jsonb), 'r1')"
                ),
                {"uuid": MADE_UP, "fields": '[{"field": "capacity", "old": 50, "new": 60}]'},
            )
        said = admin.text(path)
    assert "Vera: Accepter Kørslen antal billetter: fra ”50” til ”60”" in said


def test_fields_and_prices_stand_side_by_side_with_differences_in_words(admin: Site) -> None:
    with admin.engine.begin() as connection:
        row = connection.execute(text(ON_SALE)).one()
        changed = "UPDATE sync.ticket_events SET payload = payload || :new WHERE event_id = :event_id"
        before = connection.scalar(
            text("SELECT payload FROM sync.ticket_events WHERE event_id = :event_id"), {"event_id": row.event_id}
        )
        new = {"capacity": 777, "prices": [price | {"value_ore": 123400} for price in before["prices"]]}
        statement = text(changed.replace(":new", "CAST(:new AS jsonb)"))
        connection.execute(statement, {"new": json.dumps(new), "event_id": row.event_id})
    try:
        said = admin.text(f"{EVENTS}/{row.uuid}")
    finally:
        with admin.engine.begin() as connection:
            connection.execute(statement, {"new": json.dumps(before), "event_id": row.event_id})
    assert re.search(r"antal billetter Forskellig \d+ 777 \d+", said)
    assert re.search(r"Forskellig: ændret i Place2book [\d.]+,00 kr\. 1\.234,00 kr\. [\d.]+,00 kr\.", said)
    assert "navn" in said


@pytest.mark.parametrize(("role", "shown"), [("VIEWER", False), ("USER", True)])
def test_actions_are_shown_to_those_who_may_start_the_dag(site: Site, role: str, shown: bool) -> None:
    with made_up(site, replace(examples.MAPPED, outcome=Outcome.SKIPPED, code="not_relevant", desired=None)) as path:
        page = site.as_person("lis", role).get(path).text
    address = "/billetbro/actions/confirm?action=plan&amp;library=solbjerg&amp;uuid=made%2Fup+%26+%3C1%3E"
    assert (address in page) is shown
    assert "action=accept" not in page


def test_long_history_is_shown_from_its_end_and_whole_on_request(admin: Site) -> None:
    with made_up(admin) as path:
        with admin.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO sync.changes (run_id, library, uuid, title, kind, fields, why, status, planned_at) "
                    "SELECT 'run', 'solbjerg', :uuid, 'x', 'write_back', '[]', 'shown_otherwise', 'applied', "
                    "now() - n * interval '1 hour' FROM generate_series(1, 130) AS n"
                ),
                {"uuid": MADE_UP},
            )
        first, whole = admin.get(path).text, admin.get(f"{path}?whole=true").text
    assert (first.count("<time"), whole.count("<time")) == (100, 130)
    assert "Vis 30 ældre" in text_of(first)


def test_page_has_one_heading_and_no_script_or_style(admin: Site) -> None:
    with made_up(admin) as path:
        page = admin.get(path).text
    assert page.count("<h1>") == 1
    assert all(word not in page for word in ("<script", "style=", "onclick"))
