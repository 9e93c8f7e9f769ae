"""What an address is told, given what is open and what it was told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from billetbro.models.notices import NoticeKind, OpenTopic, Told, Topic
from billetbro.reconcile.notices import FinishedRun, News, is_known, news_for, open_in_run, week_began
from tests.cases import cases

DENMARK = ZoneInfo("Europe/Copenhagen")
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
MISSING = Topic("herlev", NoticeKind.REJECTION, "u1", "capacity_missing")
REFUSED = Topic("herlev", NoticeKind.REJECTION, "u1", "refused_by_place2book")
FAILED = Topic("herlev", NoticeKind.FAILED, code="load")
WEEKLY = Topic("herlev", NoticeKind.WEEKLY)
TASK = Topic("", NoticeKind.TASK, "monthly_report", "report")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def opened(topic: Topic, since: datetime = NOW) -> OpenTopic:
    return OpenTopic(topic=topic, since=since)


def told(topic: Topic, at: datetime | None = NOW - HOUR) -> Told:
    return Told(topic=topic, address="a", told_at=at)


NEW, STANDING, OVER = "new", "standing", "over"


@cases(
    "is_open was_told news",
    ("nothing", [], [], {}),
    ("open and not told", [opened(MISSING)], [], {NEW: [MISSING]}),
    ("open and told", [opened(MISSING)], [told(MISSING)], {}),
    ("told and open no more", [], [told(MISSING)], {OVER: [MISSING]}),
    ("told, of which nothing is known", [], [told(TASK)], {}),
    ("still to be told, of which nothing is known", [], [told(TASK, None)], {NEW: [TASK]}),
    ("still to be told and open", [opened(MISSING)], [told(MISSING, None)], {NEW: [MISSING]}),
    ("still to be told and over", [], [told(MISSING, None)], {}),
    ("refused just now", [opened(REFUSED, NOW - DAY + HOUR)], [], {}),
    ("refused a day ago", [opened(REFUSED, NOW - DAY)], [], {NEW: [REFUSED]}),
    ("told before Monday", [opened(MISSING)], [told(MISSING, MONDAY - HOUR)], {STANDING: [MISSING]}),
    (
        "told before Monday, with what came since",
        [opened(MISSING), opened(FAILED)],
        [told(MISSING, MONDAY - HOUR), told(FAILED)],
        {STANDING: [FAILED, MISSING]},
    ),
    ("told before Monday and this week", [opened(MISSING)], [told(MISSING, MONDAY - DAY), told(WEEKLY, MONDAY)], {}),
    (
        "told before Monday and the week before",
        [opened(MISSING)],
        [told(MISSING, MONDAY - 8 * DAY), told(WEEKLY, MONDAY - 7 * DAY)],
        {STANDING: [MISSING]},
    ),
)
def test_news_are_what_is_new_over_and_once_a_week_what_stands(
    is_open: list[OpenTopic], was_told: list[Told], news: dict[str, list[Topic]]
) -> None:
    found = news_for(is_open, was_told, {MISSING, FAILED}, NOW, DENMARK)
    topics = {name: [one.topic for one in getattr(found, name)] for name in (NEW, OVER, STANDING)}
    assert ({name: listed for name, listed in topics.items() if listed}, bool(found)) == (news, bool(news))


def test_news_begin_with_what_is_most_urgent() -> None:
    sold = Topic("herlev", NoticeKind.REJECTION, "u9", "removed_but_sold")
    blocked = Topic("herlev", NoticeKind.BLOCKED)
    found = news_for([opened(topic) for topic in (MISSING, sold, blocked, FAILED)], [], set(), NOW, DENMARK)
    assert [one.topic for one in found.new] == [FAILED, blocked, sold, MISSING]
    assert News() == News(new=(), over=(), standing=())


@cases(
    "now began",
    ("Monday before seven", datetime(2026, 11, 2, 5, 59, tzinfo=UTC), datetime(2026, 10, 26, 6, tzinfo=UTC)),
    ("Monday at seven", MONDAY, MONDAY),
    ("Sunday night", datetime(2026, 11, 8, 23, 30, tzinfo=UTC), MONDAY),
    ("Monday after the clocks changed", datetime(2026, 3, 30, 5, tzinfo=UTC), datetime(2026, 3, 30, 5, tzinfo=UTC)),
)
def test_week_begins_on_monday_at_seven_in_denmark(now: datetime, began: datetime) -> None:
    assert week_began(now, DENMARK) == began


@cases(
    "run topics known",
    ("of nothing", FinishedRun(library="herlev"), [], []),
    ("failed", FinishedRun(library="herlev", failed=frozenset({"load"})), [FAILED], [FAILED]),
    ("done", FinishedRun(library="herlev", done=frozenset({"load"})), [], [FAILED]),
    ("blocked", FinishedRun(library="herlev", blocked=True), [Topic("herlev", NoticeKind.BLOCKED)], ["blocked"]),
    ("not blocked", FinishedRun(library="herlev", blocked=False), [], ["blocked"]),
)
def test_run_tells_of_what_it_came_to(run: FinishedRun, topics: list[Topic], known: list[Topic | str]) -> None:
    assert [one.topic for one in open_in_run(run, NOW)] == topics
    asked = {FAILED: FAILED, Topic("herlev", NoticeKind.BLOCKED): "blocked", WEEKLY: WEEKLY}
    assert [name for topic, name in asked.items() if is_known(topic, run)] == known
    assert not is_known(FAILED, None)
