"""A list whose first places are gone, which PHP writes as an object, is read as a list wherever one is expected."""

from collections.abc import Callable
from datetime import date

from billetbro.api.dpl_cms.client import CmsClient
from billetbro.api.place2book.client import Place2bookClient
from billetbro.api.yesplan.client import YesplanClient
from tests.cases import cases
from tests.unit.api.answering import Server, as_json
from tests.unit.api.place2book.place2book_samples import SHOWN
from tests.unit.api.place2book.test_place2book_prices import PRICE
from tests.unit.api.place2book.test_place2book_purchases import PURCHASE
from tests.unit.api.yesplan.yesplan_samples import EVENT

CMS_EVENT: dict[str, object] = {
    "uuid": "1",
    "title": "Babyrytmik",
    "branches": ["Hovedbiblioteket", "Havnen"],
    "categories": ["Foredrag", "Musik"],
    "audiences": ["Voksne", "Unge"],
    "ticket_categories": [{"title": "Voksen"}, {"title": "Barn"}],
}
CUSTOM_DATA = {
    "groups": [
        {"keyword": "t", "children": [{"keyword": "a", "value": 1}, {"children": [{"keyword": "b", "value": 2}]}]}
    ]
}


def written_by_php(data: object) -> object:
    """Return the data with every list as PHP writes one that begins at another place than 0, the last item first."""
    if isinstance(data, dict):
        return {name: written_by_php(value) for name, value in data.items()}
    if not isinstance(data, list) or not data:
        return data
    return {str(place): written_by_php(item) for place, item in reversed([*enumerate(data, start=9)])}


Read = Callable[[CmsClient, Place2bookClient, YesplanClient], object]


@cases(
    "sent read",
    ("source events", [CMS_EVENT, {"uuid": "2"}], lambda cms, *_: cms.events(date(2026, 9, 1))),
    ("event makers", [{"id": 1}, {"id": 2}], lambda _, p2b, __: p2b.event_makers()),
    ("ticket events", [SHOWN, {"id": 2}], lambda _, p2b, __: tuple(p2b.events(5000))),
    ("prices", [PRICE, {**PRICE, "id": 8}], lambda _, p2b, __: p2b.prices(5000, 123)),
    ("purchases", [PURCHASE, {**PURCHASE, "purchase_id": 2}], lambda _, p2b, __: p2b.purchases(5000, 123)),
    (
        "venue's events",
        {"data": [{**EVENT, "locations": [{"name": "Salen"}, {"name": "Foyeren"}]}, {"id": "2"}]},
        lambda *clients: clients[2].events("x"),
    ),
    (
        "venue's fields",
        {"items": [{"keyword": "a", "value": "1"}, {"keyword": "b", "value": "2"}]},
        lambda *clients: clients[2].custom_data_of("1-2"),
    ),
    ("venue's custom data", CUSTOM_DATA, lambda *clients: clients[2].custom_data_of("1-2")),
)
def test_list_that_php_wrote_as_an_object_is_read_as_the_list(
    cms: CmsClient, place2book: Place2bookClient, yesplan: YesplanClient, server: Server, sent: object, read: Read
) -> None:
    server.will_answer(as_json(sent))
    expected = read(cms, place2book, yesplan)
    server.will_answer(as_json(written_by_php(sent)))
    assert read(cms, place2book, yesplan) == expected
    assert expected
