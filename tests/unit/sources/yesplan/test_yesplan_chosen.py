"""What planners choose in Yesplan: values that come as lists, and statuses and locations by name or id."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from billetbro.api.yesplan.client import YesplanClient
from billetbro.models import SourceState
from sandbox.yesplan_json import named
from sandbox.yesplan_state import Installation
from tests.cases import cases
from tests.unit.sources.yesplan.theatre import ADMIN, HALL, LINK, plan, read_one


@cases(
    "fields unreadable",
    ("price", {"price_adult": {"kr": 75}}, {"ticket_categories.price": 'Voksen: {"kr": 75}'}),
    ("prices", {"price_adult": [75, 80]}, {"ticket_categories.price": "Voksen: 75, 80"}),
    ("list in a list", {"price_adult": [[75]]}, {"ticket_categories.price": "Voksen: [[75]]"}),
    ("capacity", {"ticketing_capacity": {"seats": 1}}, {"capacity": '{"seats": 1}'}),
    ("capacities", {"ticketing_capacity": ["240", "90"]}, {"capacity": '["240", "90"]'}),
    ("yes and no", {"ticketing_publish": ["Ja", "Nej"]}, {"relevant": '["Ja", "Nej"]'}),
    ("link", {"ticket_link": {"url": "x"}}, {"link": '{"url": "x"}'}),
    ("links", {"ticket_link": ["x", "y"]}, {"link": '["x", "y"]'}),
    ("pages", {"web_page": ["x", "y"]}, {"url": '["x", "y"]'}),
    ("description", {"web_text": {"a": 1}}, {"description": '{"a": 1}'}),
    ("empty ones are nothing", {"price_child": [], "ticket_link": {}, "web_page": [None, " "]}, {}),
)
def test_value_of_another_shape_is_noted_and_never_read_as_nothing(
    theater: Installation, client: YesplanClient, fields: dict[str, object], unreadable: dict[str, str]
) -> None:
    plan(theater, **fields)
    event = read_one(client)
    assert (event.relevant, event.unreadable) == (True, unreadable)


@pytest.mark.parametrize("bulk", [True, False], ids=["bulk", "one by one"])
@pytest.mark.parametrize("listed", [True, False], ids=["list of fields", "values by keyword"])
def test_values_that_were_chosen_are_read_as_if_they_had_been_typed(
    theater: Installation, client: YesplanClient, bulk: bool, listed: bool
) -> None:
    shown = {
        "ticket_link": LINK,
        "ticket_admin": ADMIN,
        "ticket_state": "Udsolgt",
        "web_text": "Prins.",
        "price_child": 0,
    }
    shown |= {"tickets_sold": "12", "tickets_available": "228", "web_page": "https://teater.example/hamlet"}
    plan(theater, **shown)
    typed = read_one(client)
    theater.behave(bulk=bulk, listed=listed, choices=[*theater.keywords])
    chosen = read_one(client)
    assert (chosen, chosen.relevant, chosen.state) == (typed, True, SourceState.SOLD_OUT)
    assert [category.amount for category in chosen.ticket_categories] == [Decimal("75.50"), Decimal(0)]


def test_description_of_several_values_is_one_text(theater: Installation, client: YesplanClient) -> None:
    plan(theater, web_text=["Drama", "", "fire akter"])
    event = read_one(client)
    assert (event.description, event.body) == ("Drama, fire akter", "<p>Drama, fire akter</p>")


ON_SALE, OFF = "I salg/offentliggjort", "Aflyst - refunderet"


@pytest.mark.parametrize("by", ["name", "other letters", "invisible characters", "id"])
@pytest.mark.parametrize(
    ("status", "relevant", "state"),
    [(ON_SALE, True, None), (OFF, True, SourceState.CANCELLED), ("Option", False, None)],
)
def test_status_is_chosen_by_its_name_or_id(
    theater: Installation, client: YesplanClient, by: str, status: str, relevant: bool, state: SourceState | None
) -> None:
    plan(theater, status=status)
    written: dict[str, Callable[[str], str]] = {
        "name": str,
        "other letters": lambda text: f" {text.upper()} ",
        "invisible characters": lambda text: "\ufeff" + text.replace(" ", "\u00a0 ") + "\u200b",
        "id": lambda text: named("status", text)["id"],
    }
    event = read_one(client, statuses=["Confirmed", written[by](ON_SALE)], cancelled_statuses=[written[by](OFF)])
    assert (event.relevant, event.state, event.unreadable) == (relevant, state, {})


def test_id_of_a_status_is_compared_exactly(theater: Installation, client: YesplanClient) -> None:
    plan(theater, status=ON_SALE)
    assert not read_one(client, statuses=[named("status", ON_SALE)["id"][:-1]]).relevant


@cases(
    "key",
    ("small letters", "store sal"),
    ("other white space", "STORE  SAL\u200b"),
    ("id", named("location", "Store Sal")["id"]),
)
def test_location_is_known_by_its_name_or_id(theater: Installation, client: YesplanClient, key: str) -> None:
    plan(theater)
    known = {"name": "Havneteatret", "address1": "Kajen 1", "postal_code": "9835", "city": "Nordvig"}
    event = read_one(client, addresses={key: known})
    assert (event.address, event.branches) == (HALL, ("Store Sal",))


def test_letter_that_is_written_in_two_ways_is_one_in_the_query_and_in_locations(
    theater: Installation, client: YesplanClient
) -> None:
    apart = "a\u030ascenen"
    plan(theater, locations=["\u00e5scenen"])
    known = {"name": "Havneteatret", "address1": "Kajen 1", "postal_code": "9835", "city": "Nordvig"}
    event = read_one(client, query=f'location:"{apart}"', addresses={apart: known})
    assert event.address == HALL
