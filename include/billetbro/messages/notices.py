"""The text of a message to people: what is new, what is over, and what stands open, with the addresses of the pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from billetbro.messages.catalogue import Translator
from billetbro.messages.field_lines import shown_value
from billetbro.messages.plan import rejection_sentence
from billetbro.models.message import Message
from billetbro.models.notices import NoticeKind, OpenTopic, Told, Topic
from billetbro.models.page_addresses import PageAddresses
from billetbro.reconcile.notices import News

SHOWN = 20
"""How many lines a part of a message has; the page has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A message: its subject, and its body in plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is told of the topics: the rejections as they are stored, what went wrong otherwise, and in which run."""

    rejected: Mapping[Topic, Mapping[str, str | None]] = field(default_factory=dict)
    wrong: Mapping[Topic, Message] = field(default_factory=dict)
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a digest is worded: for whom, in which language, with which addresses.

    `library`: the id of the library whose people it is for; None for the operators, who are told each library's name.
    """

    say: Translator
    name: str
    pages: PageAddresses
    library: str | None = None


def digest(words: Wording, news: News, facts: Facts) -> Digest:
    """Return the message that tells the news."""
    parts = [
        _part(words, "notices.new", [partial(_open, words, one, facts) for one in news.new]),
        _part(words, "notices.over", [partial(_over, words, one) for one in news.over]),
        _part(words, "notices.standing", [partial(_open, words, one, facts) for one in news.standing]),
    ]
    more = words.pages.library(words.library) if words.library else words.pages.overview
    body = "\n\n".join([*filter(None, parts), words.say("notices.page", address=more)])
    return Digest(subject=_subject(words, news), body=body)


def event_line(say: Translator, title: str, starts_at: str | None, sentence: str = "") -> str:
    """Return an event with its start, and what is said of it, on one line."""
    named = " ".join(title.split()) or say("value.no_title")
    named = f"{shown_value(say, 'starts_at', starts_at)}  {named}" if starts_at else named
    return f"{named}: {' '.join(sentence.split())}" if sentence else named


def topic_line(say: Translator, topic: Topic, facts: Facts) -> str:
    """Return what is open, on one line; a rejection that is gone since has its code alone."""
    if topic.kind is NoticeKind.REJECTION:
        noted = facts.rejected.get(topic)
        if noted is None:
            return topic.code
        return event_line(say, str(noted["title"] or ""), noted["starts_at"], rejection_sentence(noted, say))
    match topic.kind:
        case NoticeKind.FAILED:
            return say("notices.failed", step=say(f"step.{topic.code}"), error=facts.wrong[topic])
        case NoticeKind.BLOCKED:
            return say.say(facts.wrong[topic])
        case NoticeKind.LATE:
            return say("notices.late", dag=topic.uuid)
        case _:
            wrong = facts.wrong.get(topic) or Message("notices.see_log")
            return say("notices.task", dag=topic.uuid, task=topic.code, error=wrong)


def page_of(pages: PageAddresses, topic: Topic, run_id: str | None = None) -> str:
    """Return the address of the page that tells more of a topic."""
    if topic.kind is NoticeKind.REJECTION:
        return pages.event(topic.library, topic.uuid)
    if run_id is not None:
        return pages.run(run_id)
    return pages.library(topic.library) if topic.library else pages.runs


def _subject(words: Wording, news: News) -> str:
    counts = {"new": len(news.new), "over": len(news.over), "standing": len(news.standing)}
    first = next(name for name, count in counts.items() if count)
    return words.say(f"notices.subject_{first}", name=words.name, number=counts[first])


def _part(words: Wording, heading: str, lines: Sequence[Callable[[], str]]) -> str:
    if not lines:
        return ""
    shown = [line() for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(words.say("notices.more", number=len(lines) - SHOWN))
    return "\n".join([words.say(heading, number=len(lines)), *shown])


def _open(words: Wording, one: OpenTopic, facts: Facts) -> str:
    say = _for_library(words, one.topic)
    line = _of_library(words, one.topic, topic_line(say, one.topic, facts))
    return f"- {line}\n  {page_of(words.pages, one.topic, facts.run_id)}"


def _over(words: Wording, one: Told) -> str:
    topic, say = one.topic, _for_library(words, one.topic)
    match topic.kind:
        case NoticeKind.REJECTION:
            address = words.pages.event(topic.library, topic.uuid)
            return f"- {' '.join(one.title.split()) or say('value.no_title')}\n  {address}"
        case NoticeKind.FAILED:
            line = say("notices.failed_over", step=say(f"step.{topic.code}"))
        case NoticeKind.BLOCKED:
            line = say("notices.blocked_over")
        case NoticeKind.LATE:
            line = say("notices.late_over", dag=topic.uuid)
        case _:
            line = say("notices.task_over", dag=topic.uuid, task=topic.code)
    return f"- {_of_library(words, topic, line)}"


def _for_library(words: Wording, topic: Topic) -> Translator:
    return words.say.for_library(topic.library) if topic.library else words.say


def _of_library(words: Wording, topic: Topic, line: str) -> str:
    return f"{topic.library}: {line}" if topic.library and words.library is None else line
