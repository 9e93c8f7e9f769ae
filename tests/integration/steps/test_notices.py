"""Who is told what after a run: by a real mail server and a webhook on loopback (behaviour 13)."""

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from billetbro.messages.field_lines import TIMEZONE
from billetbro.messages.notices import Digest
from billetbro.models import Mode
from billetbro.models.message import Message
from billetbro.settings.addresses import NoticeAddress
from billetbro.steps.notify import Teller, notify
from billetbro_airflow.notifications.sending import send
from tests.integration.steps.harness import Died, World
from tests.integration.steps.telling import CULTURE, OPERATOR, Telling, chat, nobody_told, statements
from tests.post import Post, open_post

NOT_READ = "/api/v1/events"


@pytest.fixture(scope="module")
def open_servers() -> Iterator[Post]:
    with open_post() as post:
        yield post


@pytest.fixture
def post(open_servers: Post) -> Post:
    open_servers.mails, open_servers.hooks, open_servers.paths = [], [], []
    open_servers.down, open_servers.refused = False, frozenset()
    return open_servers


@pytest.fixture
def telling(world: World, post: Post) -> Telling:
    """Give Solbjerg, whose people have an address for mail."""
    world.configure(notify=[post.mailto(CULTURE)])
    return Telling(world, post)


def reject(telling: Telling, title: str = "Uden pladser") -> str:
    return telling.world.add(title, ticket_capacity=None)


def test_rejection_is_told_once_and_once_that_it_is_over(telling: Telling) -> None:
    uuid = reject(telling)
    (new,) = telling.told_in_hour()
    assert new.to == (CULTURE,)
    assert new.subject == "Solbjerg Bibliotek: 1 ting kræver handling"
    start = telling.world.rows("SELECT mapped ->> 'starts_at' AS at FROM sync.source_events")[0]["at"]
    shown = datetime.fromisoformat(start).astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")
    assert f"- {shown}  Uden pladser: Der mangler et antal billetter. Skriv i CMS" in new.text
    assert f"http://localhost:8080/billetbro/libraries/solbjerg/events/{uuid}\n" in new.text
    assert [telling.told_in_hour() for _ in range(3)] == [[], [], []]
    telling.world.site.edit(uuid, ticket_capacity=20)
    (over,) = telling.told_in_hour()
    assert over.subject == "Solbjerg Bibliotek: 1 ting er i orden igen"
    assert "- Uden pladser\n" in over.text
    assert (telling.told_in_hour(), telling.noted()) == ([], [])


def test_new_and_over_of_one_run_are_told_in_one_message(telling: Telling) -> None:
    first = reject(telling, "Den første")
    assert len(telling.told_in_hour()) == 1
    telling.world.site.edit(first, ticket_capacity=20)
    reject(telling, "Den anden")
    reject(telling, "Den tredje")
    (mail,) = telling.told_in_hour()
    assert mail.subject == "Solbjerg Bibliotek: 2 ting kræver handling"
    assert [line for line in mail.text.splitlines() if line.endswith((": 1", ": 2"))] == [
        "Kræver handling: 2",
        "I orden igen: 1",
    ]


def test_message_is_cut_after_some_lines_and_leads_to_the_page_with_all(telling: Telling) -> None:
    for number in range(23):
        reject(telling, f"Nummer {number:02}")
    (mail,) = telling.told_in_hour()
    assert "Kræver handling: 23" in mail.text
    assert mail.text.count("Nummer ") == 20
    assert "… og 3 mere" in mail.text
    assert mail.text.rstrip().endswith("http://localhost:8080/billetbro/libraries/solbjerg")


def test_every_address_is_told_by_itself_of_the_same(
    telling: Telling, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = chat(post, monkeypatch)
    telling.world.configure(notify=[post.mailto(CULTURE), post.mailto("leder@bib.example"), hook])
    reject(telling)
    mails = telling.told_in_hour()
    assert sorted(mail.to for mail in mails) == [(CULTURE,), ("leder@bib.example",)]
    (said,) = post.hooks
    assert {said["message"], *(mail.text.rstrip() for mail in mails)} == {said["message"]}
    assert (telling.told_in_hour(), len(post.hooks)) == ([], 1)


def test_failed_library_is_told_once_and_once_that_it_works_again(telling: Telling) -> None:
    telling.hour()
    telling.world.sandbox.faults.add("cms:solbjerg", "status", "GET", NOT_READ, code=503)
    (failed,) = telling.told_in_hour()
    assert failed.subject == "Solbjerg Bibliotek: 1 ting kræver handling"
    assert "- Læsning af CMS fejlede: " in failed.text
    assert "http://localhost:8080/billetbro/runs/run%202" in failed.text
    assert telling.told_in_hour() == []
    telling.world.sandbox.faults.clear()
    (over,) = telling.told_in_hour()
    assert "I orden igen: 1\n- Læsning af CMS virker igen." in over.text


def test_failure_of_which_a_run_does_not_tell_is_not_said_to_be_over(telling: Telling) -> None:
    telling.world.add("Koncert")
    telling.hour()
    telling.world.sandbox.faults.add("place2book", "status", "GET", code=503)
    assert "- Opdatering af Place2book fejlede" in telling.told_in_hour()[0].text
    telling.world.sandbox.faults.clear()
    telling.world.sandbox.faults.add("cms:solbjerg", "status", "GET", NOT_READ, code=503)
    (mail,) = telling.told_in_hour()
    assert "Læsning af CMS fejlede" in mail.text
    assert "Opdatering af Place2book virker" not in mail.text
    telling.world.sandbox.faults.clear()
    (mail,) = telling.told_in_hour()
    assert {"- Opdatering af Place2book virker igen.", "- Læsning af CMS virker igen."} <= set(mail.text.splitlines())


def test_blocked_removal_is_told_once_also_if_a_run_for_some_events_follows(telling: Telling) -> None:
    uuids = [telling.world.add(f"Arrangement {number}") for number in range(5)]
    telling.hour()
    for uuid in uuids[:4]:
        telling.world.site.remove(uuid)
    telling.hour()
    (blocked,) = telling.told_in_hour()
    assert "Kræver handling: 1" in blocked.text
    assert telling.told_in_hour() == []
    assert telling.told_in_hour(events=[uuids[4]]) == []
    (over,) = telling.told_in_hour(allow_mass_removal=True)
    assert "- Fjernelser holdes ikke længere tilbage." in over.text


def test_cancelled_event_with_sold_tickets_comes_before_other_rejections(telling: Telling) -> None:
    uuid, sold = telling.world.sell("Koncert")
    telling.world.sandbox.place2book.buy(sold.id, quantity=2)
    telling.world.site.edit(uuid, state="Cancelled")
    reject(telling, "A uden pladser")
    (mail,) = telling.told_in_hour()
    lines = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert len(lines) == 2
    assert "Koncert: " in lines[0]
    assert "A uden pladser: " in lines[1]


def test_refusal_is_told_once_it_has_lasted_a_day(telling: Telling) -> None:
    telling.world.sandbox.faults.add("place2book", "status", "POST", code=422, body='{"message": "nej tak"}')
    telling.world.add("Koncert")
    assert [telling.told_in_hour() for _ in range(2)] == [[], []]
    assert telling.told_in_hour(21) == []
    (mail,) = telling.told_in_hour(4)
    assert "nej tak" in mail.text
    telling.world.sandbox.faults.clear()
    (over,) = telling.told_in_hour(by_hand=True)
    assert "I orden igen: 1" in over.text


def test_refusal_that_is_gone_within_a_day_is_never_told(telling: Telling) -> None:
    telling.world.sandbox.faults.add("place2book", "status", "POST", code=422)
    telling.world.add("Koncert")
    telling.hour()
    telling.world.sandbox.faults.clear()
    assert [telling.told_in_hour(by_hand=True), telling.told_in_hour(30)] == [[], []]


def test_what_could_not_be_sent_is_sent_by_the_next_run_once(telling: Telling, post: Post) -> None:
    reject(telling)
    post.down = True
    assert (telling.told_in_hour(), telling.noted()) == ([], [])
    post.down = False
    (mail,) = telling.told_in_hour()
    assert "Uden pladser" in mail.text
    assert telling.told_in_hour() == []


def test_message_that_it_is_over_is_sent_by_the_next_run_too(telling: Telling, post: Post) -> None:
    uuid = reject(telling)
    telling.hour()
    post.taken()
    telling.world.site.edit(uuid, ticket_capacity=20)
    post.down = True
    assert (telling.told_in_hour(), len(telling.noted())) == ([], 1)
    post.down = False
    (mail,) = telling.told_in_hour()
    assert "I orden igen: 1" in mail.text


def test_address_that_was_reached_is_not_told_again_with_one_that_was_not(telling: Telling, post: Post) -> None:
    telling.world.configure(notify=[post.mailto("fuld@bib.example"), post.mailto(CULTURE)])
    post.refused = frozenset({"fuld@bib.example"})
    reject(telling)
    assert [mail.to for mail in telling.told_in_hour()] == [(CULTURE,)]
    assert telling.told_in_hour() == []
    post.refused = frozenset()
    assert [mail.to for mail in telling.told_in_hour()] == [("fuld@bib.example",)]


def test_message_is_sent_again_only_if_the_process_died_before_it_was_noted(telling: Telling, post: Post) -> None:
    reject(telling)
    happened = telling.world.run()

    def sends_and_dies(address: NoticeAddress, message: Digest) -> bool:
        send(address, message)
        raise Died

    teller = Teller(engine=telling.world.engine, send=sends_and_dies, now=telling.world.now())
    with pytest.raises(Died):
        notify(teller, telling.ended(happened), telling.circles())
    assert (len(post.taken()), telling.noted()) == (1, [])
    assert len(telling.told_in_hour()) == 1
    assert telling.told_in_hour() == []


def test_two_tasks_at_once_tell_once(telling: Telling, post: Post) -> None:
    reject(telling)
    happened = telling.world.run()
    both = threading.Barrier(2, timeout=60)

    def one() -> None:
        both.wait()
        notify(telling.teller, telling.ended(happened), telling.circles())

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(post.taken()) == 1


def test_task_that_finds_another_one_telling_leaves_it_to_that(telling: Telling, post: Post) -> None:
    reject(telling)
    happened = telling.world.run()

    def meanwhile(address: NoticeAddress, message: Digest) -> bool:
        other = Teller(engine=telling.world.engine, send=nobody_told, now=telling.world.now())
        notify(other, telling.ended(happened), telling.circles())
        return send(address, message)

    teller = Teller(engine=telling.world.engine, send=meanwhile, now=telling.world.now())
    notify(teller, telling.ended(happened), telling.circles())
    assert len(post.taken()) == 1


def to_next_monday(telling: Telling, hour: int) -> float:
    """Return the hours until an hour of next Monday in Denmark."""
    now = telling.world.now().astimezone(telling.circles()[0].zone)
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=hour, minute=30, second=0, microsecond=0)
    return (monday - now).total_seconds() / 3600


def test_what_stands_open_is_told_once_a_week_on_monday_morning(telling: Telling, post: Post) -> None:
    reject(telling)
    telling.hour()
    post.taken()
    assert telling.told_in_hour(to_next_monday(telling, 5)) == []
    (weekly,) = telling.told_in_hour(2)
    assert weekly.subject == "Solbjerg Bibliotek: 1 ting venter stadig"
    assert "Venter stadig (ugens oversigt): 1" in weekly.text
    assert [telling.told_in_hour() for _ in range(2)] == [[], []]


def test_weekly_message_that_could_not_be_sent_is_sent_later_and_what_is_new_is_not_in_it(
    telling: Telling, post: Post
) -> None:
    reject(telling, "Gammel")
    telling.hour()
    post.taken()
    post.down = True
    assert telling.told_in_hour(to_next_monday(telling, 8)) == []
    post.down = False
    reject(telling, "Ny")
    (mail,) = telling.told_in_hour()
    assert [line.partition("  ")[2].partition(":")[0] for line in mail.text.splitlines() if line[:2] == "- "] == [
        "Ny",
        "Gammel",
    ]
    assert telling.told_in_hour() == []


def test_nothing_open_makes_no_weekly_message(telling: Telling) -> None:
    telling.world.add("Koncert")
    telling.hour()
    assert telling.told_in_hour(to_next_monday(telling, 8)) == []


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        pytest.param(None, "Solbjerg Bibliotek: 1 ting kræver handling", id="that-of-the-installation"),
        pytest.param("en", "Solbjerg Bibliotek: 1 matter needs attention", id="its-own"),
    ],
)
def test_library_is_told_in_its_language(telling: Telling, language: str | None, subject: str) -> None:
    telling.world.configure(language=language)
    reject(telling)
    assert [mail.subject for mail in telling.told_in_hour()] == [subject]


def test_plan_leaves_nothing_to_tell(telling: Telling) -> None:
    reject(telling)
    happened = telling.world.run(Mode.PLAN)
    notify(
        Teller(engine=telling.world.engine, send=nobody_told, now=telling.world.now()),
        telling.ended(happened),
        telling.circles(),
    )
    assert telling.world.rows("SELECT * FROM sync.notices") == []


def test_hour_without_news_asks_once_and_stores_nothing(telling: Telling, post: Post) -> None:
    reject(telling)
    telling.hour()
    happened = telling.world.run()
    before = telling.world.rows("SELECT *, xmin::text AS version FROM sync.notices")
    circles, ended = telling.circles(), telling.ended(happened)
    telling.world.engine.connect().close()
    with statements(telling.world.engine) as sent:
        notify(Teller(engine=telling.world.engine, send=nobody_told, now=telling.world.now()), ended, circles)
    assert [statement.split()[0] for statement in sent] == ["SELECT"]
    assert telling.world.rows("SELECT *, xmin::text AS version FROM sync.notices") == before


def test_library_without_addresses_asks_nothing(telling: Telling) -> None:
    telling.world.configure(notify=[])
    reject(telling)
    happened = telling.world.run()
    circles, ended = telling.circles(), telling.ended(happened)
    with statements(telling.world.engine) as sent:
        notify(Teller(engine=telling.world.engine, send=nobody_told, now=telling.world.now()), ended, circles)
    assert sent == []


def test_address_that_is_new_is_told_all_that_is_open_and_one_that_is_gone_is_forgotten(
    telling: Telling, post: Post
) -> None:
    reject(telling)
    telling.hour()
    post.taken()
    telling.world.configure(notify=[post.mailto("ny@bib.example")])
    assert [(mail.to, "Uden pladser" in mail.text) for mail in telling.told_in_hour()] == [(("ny@bib.example",), True)]
    assert len(telling.noted()) == 1


def test_operators_are_told_of_all_failed_libraries_in_one_message_and_of_no_rejection(
    seeded: World, post: Post
) -> None:
    telling = Telling(seeded, post, operators=[post.mailto(OPERATOR)])
    telling.hour()
    seeded.sandbox.faults.add("place2book", "status", "GET", code=503)
    (mail,) = telling.told_in_hour()
    assert (mail.to, mail.subject) == ((OPERATOR,), "Billetbro: 4 ting kræver handling")
    assert sorted(line.partition(" fejlede")[0] for line in mail.text.splitlines() if line[:2] == "- ") == [
        "- nordvig: Eksport af køb",
        "- nordvig: Opdatering af Place2book",
        "- solbjerg: Eksport af køb",
        "- solbjerg: Opdatering af Place2book",
    ]
    assert telling.told_in_hour() == []
    seeded.sandbox.faults.clear()
    (over,) = telling.told_in_hour()
    assert over.text.count("virker igen.") == 4


def test_operators_are_told_of_tasks_that_were_killed(telling: Telling, post: Post) -> None:
    telling.operators = [post.mailto(OPERATOR)]
    said = {"library.load": Message("summary.silent", {"libraries": "solbjerg", "task": "library.load_0"})}
    (mail,) = telling.told_in_hour(tasks=said)
    assert "- Opgaven library.load i place2book_sync fejlede: solbjerg: " in mail.text
    assert telling.told_in_hour(tasks=said) == []
    (over,) = telling.told_in_hour()
    assert "- Opgaven library.load i place2book_sync virker igen." in over.text


def test_no_secret_is_in_a_message_a_table_or_a_log(
    telling: Telling, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    telling.world.configure(notify=[chat(post, monkeypatch)])
    reject(telling)
    with caplog.at_level(logging.DEBUG):
        post.down = True
        telling.hour()
        post.down = False
        telling.hour()
    assert len(post.hooks) == 1
    written = "\n".join([*caplog.messages, str(post.hooks), telling.world.everything()])
    assert [secret for secret in ("hemmelig", "made-up") if secret in written] == []
    assert "could not" not in written
    assert caplog.messages.count("A message was not accepted by chat, and is sent the next time") == 1


def test_task_that_waited_for_another_one_tells_what_is_left(telling: Telling, post: Post) -> None:
    reject(telling)
    happened = telling.world.run()
    tried: list[str] = []

    def another_one_first(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "pg_try_advisory_lock" in statement and not tried:
            tried.append(statement)
            notify(telling.teller, telling.ended(happened), telling.circles())

    event.listen(telling.world.engine, "before_cursor_execute", another_one_first)
    notify(telling.teller, telling.ended(happened), telling.circles())
    event.remove(telling.world.engine, "before_cursor_execute", another_one_first)
    assert (len(tried), len(post.taken())) == (1, 1)
