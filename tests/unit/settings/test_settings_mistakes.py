"""Every mistake in the libraries' file is told at once: whose, which key, what was found, what is allowed."""

from pathlib import Path

import pytest

from billetbro.settings.libraries import LibrariesFileError, load_settings
from tests.cases import cases
from tests.unit.settings.libraries_file import SMALLEST, mistakes_in


def _with(line: str, *, instead_of: str | None = None) -> str:
    if instead_of is None:
        return SMALLEST + f"    {line}\n"
    lines = [line if one.strip().startswith(instead_of) else one.strip() for one in SMALLEST.splitlines()[3:]]
    return "\nlibraries:\n  - id: herlev\n" + "".join(f"    {one}\n" for one in lines)


POSTAL_CODE = 'text in quotes, four digits in Denmark, such as "0800" (YAML may read another number without)'
ALLOWED = {
    "currency": "three capital letters, such as DKK",
    "timezone": "the name of a time zone, such as Europe/Copenhagen",
    "lookback_days": "a whole number of days, 0 or more",
    "requests.per_second": "a number above 0",
    "requests.concurrency": "a whole number from 1 to 32",
    "import_unpriced_events": "true or false",
    "contact_phone": 'digits, spaces and + in quotes, such as "+45 44 52 57 00", or "" for none',
    "max_removals.count": "a whole number, 0 or more",
    "max_removals.percent": "a whole number from 0 to 100",
    "max_removals": "a mapping with count and percent",
    "kultunaut.age_groups": "an audience, a colon, and one of Alle, Børn, Unge, Voksne, Ældre",
    "personal_data.policy": "pseudonymise, drop or keep",
    "personal_data.keep_answers": "a list of the names of custom fields, as text",
    "personal_data.retention_days": "a whole number of days, 1 or more",
    "history": "a mapping with days and quiet_runs_days",
    "staff": "a list of user names or roles in Airflow, as text",
    "history.days": "a whole number of days, 90 to 36500",
    "history.quiet_runs_days": "a whole number of days, 31 to 36500",
    "source.price_unit": "kroner or minor; it has no default, ask what the site sends",
    "source.type": "dpl_cms or yesplan",
    "source": "a mapping with type, conn_id and price_unit",
    "source.statuses": "a list of the statuses of events that go to ticketing, names or ids, as text",
    "source.horizon_days": "a whole number of days, 1 to 3650",
    "source.custom_data": "the keyword of a custom data field in Yesplan that is named for nothing else, as text",
    "source.addresses.Store Sal.postal_code": POSTAL_CODE,
    "source.addresses.Store Sal.city": "the name of the town, as text",
    "source.addresses": (
        "a location's name or id, each once, a colon, and its address: name, address1, postal_code, city"
    ),
    "place2book.event_maker": "the event maker's number in Place2book, such as 5000",
    "place2book.event_makers_by_branch": "a branch's name, a colon, and its event maker's number",
    "fallback_address.postal_code": POSTAL_CODE,
    "fallback_address.address1": "street and number, as text",
    "fallback_address.country": 'two capital letters, such as DK (in quotes for "NO")',
    "name": "text",
}


def wrong(key: str, found: str = "") -> str:
    allowed = ALLOWED.get(key) or ALLOWED[key.rpartition(".")[0]]
    return f"{key}: found {found}; allowed is {allowed}" if found else f"{key}: is missing; allowed is {allowed}"


@cases(
    "line key found",
    ("currency", "currency: kr", "currency", "'kr'"),
    ("time-zone", "timezone: Europe/Kopenhagen", "timezone", "'Europe/Kopenhagen'"),
    ("part-of-a-time-zone", "timezone: Europe", "timezone", "'Europe'"),
    ("path-for-a-time-zone", "timezone: ../etc/passwd", "timezone", "'../etc/passwd'"),
    ("lookback", "lookback_days: -1", "lookback_days", "the number -1"),
    ("underscore", "lookback_days: 1_000", "lookback_days", "'1_000'"),
    ("sixties", "requests: {per_second: 1:30}", "requests.per_second", "'1:30'"),
    ("digits-of-another-script", "requests: {concurrency: ٣}", "requests.concurrency", "'٣'"),
    ("text-for-true", "import_unpriced_events: 'ja'", "import_unpriced_events", "'ja'"),
    ("phone", "contact_phone: spørg i skranken", "contact_phone", "'spørg i skranken'"),
    ("count", "max_removals: {count: -1}", "max_removals.count", "the number -1"),
    ("percent", "max_removals: {percent: 101}", "max_removals.percent", "the number 101"),
    ("number-for-a-mapping", "max_removals: 3", "max_removals", "the number 3"),
    ("nothing", "max_removals:", "max_removals", "nothing"),
    ("concurrency", "requests: {concurrency: 33}", "requests.concurrency", "the number 33"),
    ("per-second", "requests: {per_second: 0}", "requests.per_second", "the number 0"),
    ("without-end", "requests: {per_second: .inf}", "requests.per_second", "'.inf'"),
    ("truth-for-a-number", "requests: {per_second: true}", "requests.per_second", "true"),
    ("age-group", "kultunaut: {age_groups: {Baby: Babyer}}", "kultunaut.age_groups.Baby", "'Babyer'"),
    ("policy", "personal_data: {policy: encrypt}", "personal_data.policy", "'encrypt'"),
    ("text-for-a-list", "personal_data: {keep_answers: Allergi}", "personal_data.keep_answers", "'Allergi'"),
    ("retention", "personal_data: {retention_days: 0}", "personal_data.retention_days", "the number 0"),
    ("staff-as-text", "staff: vera", "staff", "'vera'"),
    ("history-as-days", "history: 730", "history", "the number 730"),
    ("history-too-short", "history: {days: 89}", "history.days", "the number 89"),
    ("history-without-end", "history: {days: 36501}", "history.days", "the number 36501"),
    ("history-as-text", "history: {days: 2 years}", "history.days", "'2 years'"),
    ("quiet-runs", "history: {quiet_runs_days: 30}", "history.quiet_runs_days", "the number 30"),
)
def test_load_settings_with_a_mistake_says_what_is_allowed(tmp_path: Path, line: str, key: str, found: str) -> None:
    assert mistakes_in(tmp_path, _with(line)) == [f"herlev: {wrong(key, found)}"]


@cases(
    "line mistake",
    ("misspelt-key", "lookbackdays: 3", "lookbackdays: unknown key; did you mean 'lookback_days'?"),
    ("inner-key", "max_removals: {percentage: 3}", "max_removals.percentage: unknown key; did you mean 'percent'?"),
    (
        "unknown-key-is-named-and-its-value-is-not",
        "new_events: {zzz: s3cret}",
        "new_events.zzz: unknown key; known keys are kultunaut_export, mute",
    ),
)
def test_load_settings_with_an_unknown_key_says_so(tmp_path: Path, line: str, mistake: str) -> None:
    assert mistakes_in(tmp_path, _with(line)) == [f"herlev: {mistake}"]


@cases(
    "line mistakes",
    ("price-unit-is-never-guessed", "source: {type: dpl_cms, conn_id: c}", [wrong("source.price_unit")]),
    ("odd-price-unit", "source: {type: dpl_cms, conn_id: c, price_unit: øre}", [wrong("source.price_unit", "'øre'")]),
    ("source-unknown", "source: {type: dplcms, conn_id: c, price_unit: minor}", [wrong("source.type", "'dplcms'")]),
    ("source-without-type", "source: {conn_id: c, price_unit: minor}", [wrong("source.type")]),
    ("source-whose-type-is-no-text", "source: {type: [dpl_cms], conn_id: c}", [wrong("source.type", "a list")]),
    ("source-as-text", "source: dpl_cms", [wrong("source", "'dpl_cms'")]),
    (
        "source-with-a-key-of-another",
        "source: {type: dpl_cms, conn_id: c, price_unit: minor, statuses: [Confirmed]}",
        ["source.statuses: unknown key; known keys are conn_id, price_unit, type"],
    ),
    (
        "yesplan",
        "source: {type: yesplan, conn_id: c, horizon_days: 0, statuses: [], custom_data: {capasity: a, sold: 1}, "
        "addresses: {Store Sal: {name: A, address1: B, postal_code: 800, town: C}}}",
        [
            "source.price_unit: is missing; allowed is kroner or minor; it has no default, ask what the venue writes",
            wrong("source.statuses", "a list"),
            wrong("source.horizon_days", "the number 0"),
            wrong("source.custom_data.sold", "the number 1"),
            "source.custom_data.capasity: unknown key; did you mean 'capacity'?",
            wrong("source.addresses.Store Sal.postal_code", "the number 800"),
            wrong("source.addresses.Store Sal.city"),
            "source.addresses.Store Sal.town: unknown key; known keys are address1, address2, city, "
            "country, name, postal_code",
        ],
    ),
    (
        "yesplan-location-that-is-named-twice",
        "source: {type: yesplan, conn_id: c, price_unit: kroner, addresses: "
        "{Store Sal: {name: A, address1: B, postal_code: '0800', city: C}, "
        "STORE  SAL: {name: D, address1: E, postal_code: '0800', city: F}}}",
        [wrong("source.addresses", "a mapping")],
    ),
    (
        "yesplan-keyword-that-is-written-and-named-twice",
        "source: {type: yesplan, conn_id: c, price_unit: kroner, custom_data: {capacity: a, page: a, "
        "prices: {Voksen: b, Barn: b}, sales_link: c, admin_link: c, sold: a, webhook_state: b}}",
        [
            wrong("source.custom_data.admin_link", "'c'"),
            wrong("source.custom_data.sold", "'a'"),
            wrong("source.custom_data.webhook_state", "'b'"),
        ],
    ),
    ("event-maker-as-text", 'place2book: {event_maker: "5000"}', [wrong("place2book.event_maker", "'5000'")]),
    (
        "branches",
        "place2book: {event_maker: 5000, event_makers_by_branch: {Havn: x, 7: 5002}}",
        [
            wrong("place2book.event_makers_by_branch.Havn", "'x'"),
            wrong("place2book.event_makers_by_branch.7", "the number 7"),
        ],
    ),
    (
        "event-makers-in-eights-sixteens-and-with-an-underscore",
        "place2book: {event_maker: 05000, event_makers_by_branch: {Havnen: 0x1388, Torvet: 5_000}}",
        [
            wrong("place2book.event_maker", "'05000'"),
            wrong("place2book.event_makers_by_branch.Havnen", "'0x1388'"),
            wrong("place2book.event_makers_by_branch.Torvet", "'5_000'"),
        ],
    ),
    (
        "postal-code-without-quotes",
        "fallback_address: {name: A, address1: B, postal_code: 2730, city: C}",
        [wrong("fallback_address.postal_code", "the number 2730")],
    ),
    (
        "postal-code-that-is-not-danish",
        'fallback_address: {name: A, address1: B, postal_code: "27300", city: C}',
        [wrong("fallback_address.postal_code", "'27300'")],
    ),
    (
        "norway-and-a-blank-street",
        'fallback_address: {name: A, address1: " ", postal_code: "10115", city: C, country: NO}',
        [wrong("fallback_address.address1", "' '"), wrong("fallback_address.country", "false")],
    ),
    ("name", "", [wrong("name")]),
)
def test_load_settings_without_what_is_required_says_so(tmp_path: Path, line: str, mistakes: list[str]) -> None:
    replaced = line.partition(":")[0] or "name"
    assert mistakes_in(tmp_path, _with(line, instead_of=replaced)) == [f"herlev: {mistake}" for mistake in mistakes]


def test_load_settings_with_many_mistakes_reports_each_once(tmp_path: Path) -> None:
    text = """
extra: 1
defaults:
  id: all
  currency: kr
libraries:
  - id: a
    name: A
    name: B
    source: {type: dpl_cms, conn_id: x, price_unit: kroner}
    place2book: {event_maker: 7}
    fallback_address: {name: A, address1: B, postal_code: "2730", city: C}
  - id: a
    name: C
    source: {type: dpl_cms, conn_id: x, price_unit: kroner}
    place2book: {event_maker: 8, event_makers_by_branch: {X: 7, Y: 7}}
    fallback_address: {name: A, address1: B, postal_code: "2730", city: C}
  - id: Ålborg
  - herlev
"""
    assert mistakes_in(tmp_path, text) == [
        "line 9: the key 'name' is given twice",
        "extra: unknown key; known keys are defaults, libraries, operators",
        "defaults: id: cannot be a default, each library has its own",
        "libraries[4]: expected a mapping with the keys of a library",
        "a: id: 2 libraries have this id; each needs its own",
        "a, a: place2book: event maker 7 is used by 2 libraries; each event maker belongs to one, or the events of one "
        "library would look unlinked to the other",
        "a, a: source: connection 'x' is used by 2 libraries; each source belongs to one, or its events would be "
        "created once for each of them",
        "defaults: currency: found 'kr'; allowed is three capital letters, such as DKK",
        "Ålborg: id: found 'Ålborg'; allowed is small letters a-z, digits, _ and -, as text",
        "Ålborg: name: is missing; allowed is text",
        "Ålborg: source: is missing; allowed is a mapping with type, conn_id and price_unit",
        "Ålborg: place2book: is missing; allowed is a mapping with conn_id and event_maker",
        "Ålborg: fallback_address: is missing; allowed is a mapping with name, address1, postal_code and city",
    ]


@cases(
    "text mistakes",
    ("no-library", "libraries: []", ["libraries: expected a list with at least one library"]),
    ("only-defaults", "defaults: {}", ["libraries: expected a list with at least one library"]),
    (
        "wrong-shapes",
        "defaults: [1]\nlibraries: {a: 1}",
        ["defaults: expected a mapping with keys of a library", "libraries: expected a list with at least one library"],
    ),
    (
        "misspelt",
        "librarys: []",
        ["librarys: unknown key; did you mean 'libraries'?", "libraries: expected a list with at least one library"],
    ),
)
def test_load_settings_of_a_file_without_libraries_says_so(tmp_path: Path, text: str, mistakes: list[str]) -> None:
    assert mistakes_in(tmp_path, text) == mistakes


@cases(
    "content",
    ("the defaults in themselves", "defaults: &d {requests: *d}\nlibraries: [{id: herlev}]"),
    ("a library in itself", "libraries: [&l {id: herlev, source: *l}]"),
    ("the list in itself", "libraries: &l [*l]"),
    (
        "aliases of aliases",
        "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True))
        + "libraries: [{id: herlev}]",
    ),
)
def test_file_that_refers_to_itself_is_a_mistake_with_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "libraries.yaml"
    file.write_text(content)
    with pytest.raises(LibrariesFileError) as raised:
        load_settings(file, environ={})
    assert "an alias (*name) is inside what it stands for" in str(raised.value)
