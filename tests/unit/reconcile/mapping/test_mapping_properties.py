"""What holds for every event, whatever staff have written in it."""

import html
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from billetbro.models import Outcome, PriceUnit, SourceAddress, SourceEvent, SourceState, TicketCategory
from billetbro.models.sales_links import is_place2book, seccode_of
from billetbro.models.text import one_line
from billetbro.reconcile.mapping.event import map_event
from billetbro.reconcile.mapping.html import long_description, short_description
from billetbro.reconcile.mapping.prices import prices_of
from tests.unit.reconcile.mapping.mapping_examples import EVENT, NOW, RULES

ANY_TEXT = st.text(st.characters(), max_size=400)
TEXT = st.none() | ANY_TEXT
PIECES = ["<p>", "</p>", "<script>", "</script>", "<a href=", "'", '"', ">", "&amp;", "javascript:"]
HTML = st.lists(st.sampled_from(PIECES) | ANY_TEXT).map("".join)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
ADDRESSES = st.none() | st.builds(
    SourceAddress, online=st.booleans(), place=TEXT, room=TEXT, street=TEXT, postal_code=TEXT, city=TEXT, country=TEXT
)
CATEGORIES = st.lists(
    st.builds(TicketCategory, title=ANY_TEXT, uuid=TEXT, amount=st.none() | st.decimals(), currency=TEXT), max_size=4
).map(tuple)
EVENTS = st.builds(
    replace,
    st.just(EVENT),
    title=ANY_TEXT,
    state=st.none() | st.sampled_from(SourceState),
    url=TEXT,
    starts_at=TIMES,
    ends_at=TIMES,
    relevant=st.booleans(),
    description=st.none() | HTML,
    body=st.none() | HTML,
    image_url=TEXT,
    branches=st.lists(ANY_TEXT, max_size=2).map(tuple),
    address=ADDRESSES,
    ticket_categories=CATEGORIES,
    capacity=st.none() | st.integers(),
    link=TEXT,
    unreadable=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=1),
)


@given(EVENTS, st.sampled_from(PriceUnit), st.booleans())
@settings(deadline=None)
def test_map_event_of_anything_never_raises_and_never_sends_what_may_not_be_sent(
    event: SourceEvent, unit: PriceUnit, unpriced: bool
) -> None:
    rules = replace(RULES, price_unit=unit, import_unpriced_events=unpriced)
    mapped = map_event(event, rules, NOW)
    assert (mapped.desired is not None) == (mapped.outcome in (Outcome.TICKET_EVENT, Outcome.PASSIVE_EVENT))
    if mapped.desired is not None:
        assert mapped.desired.capacity >= 1
        assert mapped.desired.name
        assert mapped.desired.begin_at <= mapped.desired.end_at
        assert len(mapped.desired.prices) == len(event.ticket_categories)
        assert len({price.key for price in mapped.desired.prices}) == len(mapped.desired.prices)


@given(HTML)
def test_short_description_of_any_text_is_one_line_of_at_most_255_characters(text: str) -> None:
    short = short_description(text)
    assert len(short) <= 255
    assert short == " ".join(short.split())


@given(st.text(st.characters(exclude_categories=["C"]), max_size=600))
def test_short_description_of_escaped_text_is_the_texts_own_words(text: str) -> None:
    whole = one_line(text)
    short = short_description(html.escape(text))
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]) and len(whole) > 255)


class _Tags(HTMLParser):
    """Notes the tags of a text, and what their attributes say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {(name, (value or "").partition(":")[0]) for name, value in attrs}


@given(HTML, TEXT)
def test_long_description_of_any_text_has_allowed_tags_and_web_links_only(body: str, page: str | None) -> None:
    tags = _Tags(long_description(body, page))
    assert tags.names <= {"p", "br", "strong", "em", "b", "i", "ul", "ol", "li", "h2", "h3", "h4", "a"}
    assert {(name, scheme.lower()) for name, scheme in tags.attributes} <= {("href", "http"), ("href", "https")}


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(one_line))
def test_map_event_of_an_escaped_title_unescapes_it_exactly_once(title: str) -> None:
    mapped = map_event(replace(EVENT, title=html.escape(title)), RULES, NOW)
    assert mapped.desired.name == one_line(title)


@given(st.integers(min_value=0, max_value=2**31 - 1))
def test_prices_of_the_same_price_are_the_same_in_both_units(ore: int) -> None:
    in_minor = [TicketCategory(uuid="v", title="Voksen", amount=Decimal(ore))]
    in_kroner = [TicketCategory(uuid="v", title="Voksen", amount=Decimal(ore).scaleb(-2))]
    prices = prices_of(in_minor, PriceUnit.MINOR, "DKK")
    assert prices == prices_of(in_kroner, PriceUnit.KRONER, "DKK")
    assert isinstance(prices, tuple)
    assert [price.value_ore for price in prices] == [ore]


@given(ANY_TEXT | ANY_TEXT.map("https://www.place2book.com/".__add__))
def test_seccode_of_any_text_is_plain_and_only_of_place2book(link: str) -> None:
    seccode = seccode_of(link, RULES.sales_hosts)
    assert seccode is None or (is_place2book(link, RULES.sales_hosts) and seccode.isalnum())


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_map_event_of_any_times_keeps_the_moment(starts_at: datetime, ends_at: datetime) -> None:
    mapped = map_event(replace(EVENT, starts_at=starts_at, ends_at=ends_at), RULES, NOW)
    for given_moment, kept in ((starts_at, mapped.starts_at), (ends_at, mapped.ends_at)):
        assert kept is None or kept == given_moment.astimezone(UTC).replace(microsecond=0)
