"""Every mistake in the libraries' file is told at once: whose, which key, what was found, what is allowed."""

from __future__ import annotations

from pathlib import Path

from tests.cases import cases
from tests.unit.settings.libraries_file import SMALLEST, mistakes_in


def _with(line: str, *, instead_of: str | None = None) -> str:
    """Return the smallest file with a further key of the library, or with one of its lines replaced."""
    if instead_of is None:
        return SMALLEST + f"    {line}\n"
    lines = [line if one.strip().startswith(instead_of) else one.strip() for one in SMALLEST.splitlines()[3:]]
    return "\nlibraries:\n  - id: herlev\n" + "".join(f"    {one}\n" for one in lines)


@cases(
    "line mistake",
    ("currency", "currency: kr", "currency: found 'kr'; allowed is three capital letters, such as DKK"),
    (
        "time-zone",
        "timezone: Europe/Kopenhagen",
        "timezone: found 'Europe/Kopenhagen'; allowed is the name of a time zone, such as Europe/Copenhagen",
    ),
    (
        "part-of-a-time-zone",
        "timezone: Europe",
        "timezone: found 'Europe'; allowed is the name of a time zone, such as Europe/Copenhagen",
    ),
    (
        "path-for-a-time-zone",
        "timezone: ../etc/passwd",
        "timezone: found '../etc/passwd'; allowed is the name of a time zone, such as Europe/Copenhagen",
    ),
    (
        "lookback",
        "lookback_days: -1",
        "lookback_days: found the number -1; allowed is a whole number of days, 0 or more",
    ),
    (
        "underscore",
        "lookback_days: 1_000",
        "lookback_days: found '1_000'; allowed is a whole number of days, 0 or more",
    ),
    ("sixties", "requests: {per_second: 1:30}", "requests.per_second: found '1:30'; allowed is a number above 0"),
    (
        "digits-of-another-script",
        "requests: {concurrency: ٣}",
        "requests.concurrency: found '٣'; allowed is a whole number from 1 to 32",
    ),
    ("text-for-true", "import_unpriced_events: 'ja'", "import_unpriced_events: found 'ja'; allowed is true or false"),
    (
        "phone",
        "contact_phone: spørg i skranken",
        "contact_phone: found 'spørg i skranken'; allowed is digits, spaces and + in quotes, such as "
        '"+45 44 52 57 00", or "" for none',
    ),
    (
        "count",
        "max_removals: {count: -1}",
        "max_removals.count: found the number -1; allowed is a whole number, 0 or more",
    ),
    (
        "percent",
        "max_removals: {percent: 101}",
        "max_removals.percent: found the number 101; allowed is a whole number from 0 to 100",
    ),
    (
        "number-for-a-mapping",
        "max_removals: 3",
        "max_removals: found the number 3; allowed is a mapping with count and percent",
    ),
    ("nothing", "max_removals:", "max_removals: found nothing; allowed is a mapping with count and percent"),
    (
        "concurrency",
        "requests: {concurrency: 33}",
        "requests.concurrency: found the number 33; allowed is a whole number from 1 to 32",
    ),
    ("per-second", "requests: {per_second: 0}", "requests.per_second: found the number 0; allowed is a number above 0"),
    ("without-end", "requests: {per_second: .inf}", "requests.per_second: found '.inf'; allowed is a number above 0"),
    (
        "truth-for-a-number",
        "requests: {per_second: true}",
        "requests.per_second: found true; allowed is a number above 0",
    ),
    (
        "age-group",
        "kultunaut: {age_groups: {Baby: Babyer}}",
        "kultunaut.age_groups.Baby: found 'Babyer'; allowed is an audience, a colon, and one of Alle, Børn, Unge, "
        "Voksne, Ældre",
    ),
    (
        "policy",
        "personal_data: {policy: encrypt}",
        "personal_data.policy: found 'encrypt'; allowed is pseudonymise, drop or keep",
    ),
    (
        "text-for-a-list",
        "personal_data: {keep_answers: Allergi}",
        "personal_data.keep_answers: found 'Allergi'; allowed is a list of the names of custom fields, as text",
    ),
    (
        "retention",
        "personal_data: {retention_days: 0}",
        "personal_data.retention_days: found the number 0; allowed is a whole number of days, 1 or more",
    ),
    ("misspelt-key", "lookbackdays: 3", "lookbackdays: unknown key; did you mean 'lookback_days'?"),
    (
        "misspelt-inner-key",
        "max_removals: {percentage: 3}",
        "max_removals.percentage: unknown key; did you mean 'percent'?",
    ),
    (
        "unknown-key-is-named-and-its-value-is-not",
        "new_events: {zzz: s3cret}",
        "new_events.zzz: unknown key; known keys are kultunaut_export, mute",
    ),
)
def test_load_settings_with_a_mistake_says_where_what_and_what_is_allowed(
    tmp_path: Path, line: str, mistake: str
) -> None:
    assert mistakes_in(tmp_path, _with(line)) == [f"herlev: {mistake}"]


POSTAL_CODE = 'text in quotes, four digits in Denmark, such as "0800" (YAML may read another number without)'


@cases(
    "replaced line mistakes",
    (
        "price-unit-is-never-guessed",
        "source",
        "source: {type: dpl_cms, conn_id: c}",
        ["source.price_unit: is missing; allowed is kroner or minor; it has no default, ask what the site sends"],
    ),
    (
        "price-unit-unknown",
        "source",
        "source: {type: dpl_cms, conn_id: c, price_unit: øre}",
        ["source.price_unit: found 'øre'; allowed is kroner or minor; it has no default, ask what the site sends"],
    ),
    (
        "source-unknown",
        "source",
        "source: {type: dplcms, conn_id: c, price_unit: minor}",
        ["source.type: found 'dplcms'; allowed is dpl_cms or yesplan"],
    ),
    (
        "source-without-type",
        "source",
        "source: {conn_id: c, price_unit: minor}",
        ["source.type: is missing; allowed is dpl_cms or yesplan"],
    ),
    (
        "source-whose-type-is-no-text",
        "source",
        "source: {type: [dpl_cms], conn_id: c}",
        ["source.type: found a list; allowed is dpl_cms or yesplan"],
    ),
    (
        "source-as-text",
        "source",
        "source: dpl_cms",
        ["source: found 'dpl_cms'; allowed is a mapping with type, conn_id and price_unit"],
    ),
    (
        "source-with-a-key-of-another",
        "source",
        "source: {type: dpl_cms, conn_id: c, price_unit: minor, statuses: [Confirmed]}",
        ["source.statuses: unknown key; known keys are conn_id, price_unit, type"],
    ),
    (
        "yesplan",
        "source",
        "source: {type: yesplan, conn_id: c, horizon_days: 0, statuses: [], custom_data: {capasity: a, sold: 1}, "
        "addresses: {Store Sal: {name: A, address1: B, postal_code: 800, town: C}}}",
        [
            "source.price_unit: is missing; allowed is kroner or minor; it has no default, ask what the venue writes",
            "source.statuses: found a list; allowed is a list of the statuses of events that go to ticketing, "
            "names or ids, as text",
            "source.horizon_days: found the number 0; allowed is a whole number of days, 1 to 3650",
            "source.custom_data.sold: found the number 1; allowed is the keyword of a custom data field in "
            "Yesplan that is named for nothing else, as text",
            "source.custom_data.capasity: unknown key; did you mean 'capacity'?",
            "source.addresses.Store Sal.postal_code: found the number 800; allowed is text in quotes, four digits "
            'in Denmark, such as "0800" (YAML may read another number without)',
            "source.addresses.Store Sal.city: is missing; allowed is the name of the town, as text",
            "source.addresses.Store Sal.town: unknown key; known keys are address1, address2, city, country, "
            "name, postal_code",
        ],
    ),
    (
        "yesplan-location-that-is-named-twice",
        "source",
        "source: {type: yesplan, conn_id: c, price_unit: kroner, addresses: "
        "{Store Sal: {name: A, address1: B, postal_code: '0800', city: C}, "
        "STORE  SAL: {name: D, address1: E, postal_code: '0800', city: F}}}",
        [
            "source.addresses: found a mapping; allowed is a location's name or id, each once, a colon, and its "
            "address: name, address1, postal_code, city"
        ],
    ),
    (
        "yesplan-keyword-that-is-written-and-named-twice",
        "source",
        "source: {type: yesplan, conn_id: c, price_unit: kroner, custom_data: {capacity: a, page: a, "
        "prices: {Voksen: b, Barn: b}, sales_link: c, admin_link: c, sold: a, webhook_state: b}}",
        [
            f"source.custom_data.{key}: found '{keyword}'; allowed is the keyword of a custom data field in "
            "Yesplan that is named for nothing else, as text"
            for key, keyword in (("admin_link", "c"), ("sold", "a"), ("webhook_state", "b"))
        ],
    ),
    (
        "event-maker-as-text",
        "place2book",
        'place2book: {event_maker: "5000"}',
        ["place2book.event_maker: found '5000'; allowed is the event maker's number in Place2book, such as 5000"],
    ),
    (
        "branches",
        "place2book",
        "place2book: {event_maker: 5000, event_makers_by_branch: {Havn: x, 7: 5002}}",
        [
            "place2book.event_makers_by_branch.Havn: found 'x'; allowed is a branch's name, a colon, and its event "
            "maker's number",
            "place2book.event_makers_by_branch.7: found the number 7; allowed is a branch's name, a colon, and its "
            "event maker's number",
        ],
    ),
    (
        "event-makers-in-eights-sixteens-and-with-an-underscore",
        "place2book",
        "place2book: {event_maker: 05000, event_makers_by_branch: {Havnen: 0x1388, Torvet: 5_000}}",
        [
            "place2book.event_maker: found '05000'; allowed is the event maker's number in Place2book, such as 5000",
            "place2book.event_makers_by_branch.Havnen: found '0x1388'; allowed is a branch's name, a colon, and "
            "its event maker's number",
            "place2book.event_makers_by_branch.Torvet: found '5_000'; allowed is a branch's name, a colon, and its "
            "event maker's number",
        ],
    ),
    (
        "postal-code-without-quotes",
        "fallback_address",
        "fallback_address: {name: A, address1: B, postal_code: 2730, city: C}",
        [f"fallback_address.postal_code: found the number 2730; allowed is {POSTAL_CODE}"],
    ),
    (
        "postal-code-that-is-not-danish",
        "fallback_address",
        'fallback_address: {name: A, address1: B, postal_code: "27300", city: C}',
        [f"fallback_address.postal_code: found '27300'; allowed is {POSTAL_CODE}"],
    ),
    (
        "norway-and-a-blank-street",
        "fallback_address",
        'fallback_address: {name: A, address1: " ", postal_code: "10115", city: C, country: NO}',
        [
            "fallback_address.address1: found ' '; allowed is street and number, as text",
            'fallback_address.country: found false; allowed is two capital letters, such as DK (in quotes for "NO")',
        ],
    ),
    ("name", "name", "", ["name: is missing; allowed is text"]),
)
def test_load_settings_without_what_is_required_says_so(
    tmp_path: Path, replaced: str, line: str, mistakes: list[str]
) -> None:
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
        "extra: unknown key; known keys are defaults, libraries",
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
