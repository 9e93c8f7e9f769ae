"""The libraries' file: what it says, and when there is none to read."""

import pickle
from pathlib import Path

import pytest
import yaml

from billetbro.errors import Fatal
from billetbro.models import Address, LibraryRules, PersonalDataPolicy, PriceUnit
from billetbro.settings.file import DEFAULT_FILE
from billetbro.settings.libraries import LibrariesFileError, Library, PersonalData, load_settings
from tests.cases import cases
from tests.unit.settings.libraries_file import SMALLEST, written

ROOT = Path(__file__).parents[3]

FULL = """
defaults:
  place2book: {conn_id: p2b, event_makers_by_branch: {Bogbussen: 5009}}
  max_removals: {count: 5}
  personal_data: {policy: drop, keep_answers: [Allergi]}
libraries:
  - id: herlev
    name: Herlev Bibliotek
    source: {type: dpl_cms, conn_id: cms_herlev, price_unit: minor}
    place2book: {event_maker: 5000, event_makers_by_branch: {Taastrup Bibliotek: 5001}}
    import_unpriced_events: true
    contact_phone: "+45 44 52 57 00"
    fallback_address:
      {name: Herlev Bibliotek, address1: Bygaden 70, address2: 1. sal, postal_code: "0800", city: Herlev, country: DK}
    currency: DKK
    timezone: Europe/Copenhagen
    lookback_days: 0
    max_removals: {percent: 100}
    requests: {concurrency: 32, per_second: 0.5}
    new_events: {mute: false, kultunaut_export: true}
    kultunaut: {age_groups: {Småbørn: Børn}, categories: {Foredrag: Foredrag}}
    personal_data: {keep_answers: [], retention_days: 30}
"""


def test_load_settings_with_only_what_is_required_fills_in_the_rest(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, SMALLEST)).libraries[0].model_dump() == {
        "id": "herlev",
        "name": "Herlev Bibliotek",
        "source": {"type": "dpl_cms", "conn_id": "cms_herlev", "price_unit": PriceUnit.KRONER},
        "place2book": {"conn_id": "place2book", "event_maker": 5000, "event_makers_by_branch": {}},
        "twin_of": None,
        "import_unpriced_events": False,
        "contact_phone": "",
        "fallback_address": {
            "name": "Herlev Bibliotek",
            "address1": "Bygaden 70",
            "address2": "",
            "country": "DK",
            "postal_code": "2730",
            "city": "Herlev",
        },
        "currency": "DKK",
        "timezone": "Europe/Copenhagen",
        "lookback_days": 60,
        "max_removals": {"count": 3, "percent": 20},
        "requests": {"concurrency": 4, "per_second": 10},
        "new_events": {"mute": True, "kultunaut_export": False},
        "kultunaut": {"age_groups": {}, "categories": {}},
        "personal_data": {"policy": PersonalDataPolicy.PSEUDONYMISE, "keep_answers": (), "retention_days": 365},
        "history": {"days": 730, "quiet_runs_days": 90},
        "staff": (),
        "notify": (),
        "language": None,
    }


def test_load_settings_with_defaults_merges_mappings_and_replaces_the_rest(tmp_path: Path) -> None:
    library = load_settings(written(tmp_path, FULL)).library("herlev")
    assert library.place2book.model_dump() == {
        "conn_id": "p2b",
        "event_maker": 5000,
        "event_makers_by_branch": {"Bogbussen": 5009, "Taastrup Bibliotek": 5001},
    }
    assert library.max_removals.model_dump() == {"count": 5, "percent": 100}
    found = library.personal_data.model_dump()
    assert found == {"policy": PersonalDataPolicy.DROP, "keep_answers": (), "retention_days": 30}


def test_load_settings_with_a_venue_in_yesplan_reads_its_line(tmp_path: Path) -> None:
    line = """{type: yesplan, conn_id: yesplan_theater, statuses: [Confirmed], query: 'location:"Store Sal"',
             horizon_days: 400, custom_data: {capacity: ticketing_capacity, description: web_text,
             prices: {Voksen: price_adult, Barn: price_child}, relevant: ticketing_publish, sales_link: ticket_link,
             admin_link: ticket_admin, sale_state: ticket_state, sold: tickets_sold, available: tickets_available},
             addresses: {"Store Sal": {name: Teatret, address1: Kajen 1, postal_code: "2730", city: Herlev}},
             price_unit: kroner}"""
    text = SMALLEST.replace("{type: dpl_cms, conn_id: cms_herlev, price_unit: kroner}", line)
    library = load_settings(written(tmp_path, text)).library("herlev")
    assert library.rules().price_unit is PriceUnit.KRONER
    assert (library.source.conn_id, library.source.query) == ("yesplan_theater", 'location:"Store Sal"')
    assert library.source.custom_data.keywords == (
        "ticketing_capacity",
        "web_text",
        "ticketing_publish",
        "ticket_link",
        "ticket_admin",
        "ticket_state",
        "tickets_sold",
        "tickets_available",
        "price_adult",
        "price_child",
    )


@cases(
    "text unlisted",
    ("none given", SMALLEST, PersonalData()),
    ("given", FULL, PersonalData(policy=PersonalDataPolicy.DROP, keep_answers=("Allergi",))),
)
def test_load_settings_keeps_the_defaults_for_data_of_libraries_that_are_gone(
    tmp_path: Path, text: str, unlisted: PersonalData
) -> None:
    assert load_settings(written(tmp_path, text)).unlisted == unlisted


def test_load_settings_with_a_mistake_in_the_defaults_that_each_library_overrides_says_so(tmp_path: Path) -> None:
    wrong = FULL.replace("{policy: drop,", "{retention_days: 0,")
    with pytest.raises(LibrariesFileError, match="defaults: personal_data: has a mistake"):
        load_settings(written(tmp_path, wrong))


@cases(
    "sales_host sales_hosts",
    ("only-place2books", None, {"place2book.com", "www.place2book.com"}),
    ("connections", "Tickets.example.com:8100", {"place2book.com", "www.place2book.com", "tickets.example.com:8100"}),
)
def test_rules_hold_what_the_decisions_need(tmp_path: Path, sales_host: str | None, sales_hosts: set[str]) -> None:
    assert load_settings(written(tmp_path, FULL)).library("herlev").rules(sales_host) == LibraryRules(
        library="herlev",
        price_unit=PriceUnit.MINOR,
        currency="DKK",
        timezone="Europe/Copenhagen",
        fallback_address=Address(
            name="Herlev Bibliotek",
            address1="Bygaden 70",
            address2="1. sal",
            postal_code="0800",
            city="Herlev",
            phone="+45 44 52 57 00",
            country="DK",
        ),
        contact_phone="+45 44 52 57 00",
        import_unpriced_events=True,
        event_maker=5000,
        event_makers_by_branch={"Bogbussen": 5009, "Taastrup Bibliotek": 5001},
        max_removals_count=5,
        max_removals_percent=100,
        mute=False,
        kultunaut_export=True,
        kultunaut_age_groups={"Småbørn": "Børn"},
        kultunaut_categories={"Foredrag": "Foredrag"},
        sales_hosts=frozenset(sales_hosts),
    )


@cases(
    "library event_makers unpriced policy",
    ("solbjerg", "solbjerg", (5000,), False, PersonalDataPolicy.PSEUDONYMISE),
    ("nordvig", "nordvig", (5100, 5101), True, PersonalDataPolicy.DROP),
)
def test_load_settings_of_the_demonstration_knows_its_libraries(
    library: str, event_makers: tuple[int, ...], unpriced: bool, policy: PersonalDataPolicy
) -> None:
    found = load_settings(ROOT / "demo" / "libraries.yaml").library(library)
    shown = (found.rules().event_makers, found.import_unpriced_events, found.personal_data.policy)
    assert shown == (event_makers, unpriced, policy)


def test_load_settings_of_the_example_says_the_values_that_hold_anyway() -> None:
    example = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    (library,) = load_settings(environ={}).libraries
    assert library == Library.model_validate(example["libraries"][0])


def test_load_settings_takes_the_file_that_the_environment_names(tmp_path: Path) -> None:
    file = written(tmp_path, SMALLEST.replace("id: herlev", "id: by-variable"))
    libraries = load_settings(environ={"BILLETBRO_LIBRARIES": str(file)}).libraries
    assert [library.id for library in libraries] == ["by-variable"]


@cases(
    "ids selected",
    ("empty-is-all", [], ["solbjerg", "nordvig", "theater"]),
    ("one", ["nordvig"], ["nordvig"]),
    ("in-the-files-order-and-once", ["nordvig", "solbjerg", "nordvig"], ["solbjerg", "nordvig"]),
)
def test_select_of_ids_returns_those_libraries(ids: list[str], selected: list[str]) -> None:
    settings = load_settings(ROOT / "demo" / "libraries.yaml")
    assert [library.id for library in settings.select(ids)] == selected


def test_select_of_an_unknown_id_names_the_known_ones() -> None:
    settings = load_settings(ROOT / "demo" / "libraries.yaml")
    with pytest.raises(LibrariesFileError) as caught:
        settings.select(["solbjerg", "sydvig", "estvig"])
    assert str(caught.value) == "unknown library: estvig, sydvig; known are: solbjerg, nordvig, theater"


@cases(
    "line postal_code",
    ("a foreign one as it is", 'postal_code: "24937", city: Flensborg, country: DE', "24937"),
    ("a leading zero without quotes", "postal_code: 0700, city: Herlev", "0700"),
)
def test_load_settings_reads_the_digits_of_a_postal_code(tmp_path: Path, line: str, postal_code: str) -> None:
    text = SMALLEST.replace('postal_code: "2730", city: Herlev', line)
    library = load_settings(written(tmp_path, text)).library("herlev")
    assert library.fallback_address.postal_code == postal_code


@cases(
    "text said",
    ("empty", "", "the file is empty; it has to list at least one library under 'libraries'"),
    ("comment", "# nothing yet\n", "the file is empty; it has to list at least one library under 'libraries'"),
    ("a-list", "- a\n", "expected a mapping with the keys 'defaults', 'libraries' and 'operators'"),
    ("list", "libraries:\n  - id: [a\n", "line 3: this is not valid YAML: expected ',' or ']', but got '<stream end>'"),
    (
        "tab",
        "libraries:\n  - id: a\n\tname: A\n",
        "line 3: this is not valid YAML: found character '\\t' that cannot start any token; "
        "indent with spaces, not with tabs",
    ),
    (
        "indented-too-little",
        "libraries:\n  - id: a\n   name: A\n",
        "line 3: this is not valid YAML: expected <block end>, but found '<block mapping start>'; "
        "indent this line as far as the others that it belongs with",
    ),
    (
        "colon",
        "libraries:\n  - id: a\n    name: A: the hall\n",
        "line 3: this is not valid YAML: mapping values are not allowed here; "
        "a text with a colon stands in quotes; else check how far this line is indented",
    ),
    (
        "no-python-objects",
        "libraries: !!python/object/apply:os.getcwd []\n",
        "line 1: this is not valid YAML: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object/apply:os.getcwd'",
    ),
)
def test_load_settings_of_a_file_that_is_no_settings_says_so(tmp_path: Path, text: str, said: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(LibrariesFileError) as caught:
        load_settings(file)
    assert str(caught.value) == f"{file}: {said}"


def test_load_settings_of_a_missing_file_names_the_variable(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    with pytest.raises(LibrariesFileError) as caught:
        load_settings(environ={"BILLETBRO_LIBRARIES": str(file)})
    assert str(caught.value) == (
        f"{file}: there is no such file; write it, or name another in the environment variable BILLETBRO_LIBRARIES"
    )


def test_load_settings_of_a_folder_says_that_it_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LibrariesFileError, match="cannot be read: Is a directory"):
        load_settings(tmp_path)


def test_load_settings_with_an_anchor_that_two_libraries_merge_finds_no_key_twice(tmp_path: Path) -> None:
    text = """
libraries:
  - &first
    id: a
    name: A
    source: {type: dpl_cms, conn_id: x, price_unit: kroner}
    place2book: {event_maker: 7}
    fallback_address: {name: A, address1: B, postal_code: "2730", city: C}
  - <<: *first
    id: b
    source: {type: dpl_cms, conn_id: z, price_unit: kroner}
    place2book: {event_maker: 8}
"""
    assert [library.id for library in load_settings(written(tmp_path, text)).libraries] == ["a", "b"]


def test_settings_error_is_fatal_and_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(LibrariesFileError("a: name: is missing")))
    assert (type(error), str(error), isinstance(error, Fatal)) == (LibrariesFileError, "a: name: is missing", True)
