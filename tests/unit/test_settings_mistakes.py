"""Every mistake in the libraries' file is told at once: whose, which key, what was found, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.settings import SettingsError, load_settings

SMALLEST = """
libraries:
  - id: herlev
    name: Herlev Bibliotek
    source: {type: dpl_cms, conn_id: cms_herlev, price_unit: kroner}
    place2book: {event_maker: 5000}
    fallback_address: {name: Herlev Bibliotek, address1: Bygaden 70, postal_code: "2730", city: Herlev}
"""


def _written(folder: Path, text: str) -> Path:
    file = folder / "libraries.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _mistakes(folder: Path, text: str) -> list[str]:
    """Return the lines of the one error that the file causes, without the first, which names the file."""
    file = _written(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    first, *lines = str(caught.value).splitlines()
    assert first == f"{file}: the libraries' settings have mistakes:"
    return [line.removeprefix("  - ") for line in lines]


def _with(line: str, *, instead_of: str | None = None) -> str:
    """Return the smallest file with a further key of the library, or with one of its lines replaced."""
    if instead_of is None:
        return SMALLEST + f"    {line}\n"
    lines = [line if one.strip().startswith(instead_of) else one.strip() for one in SMALLEST.splitlines()[3:]]
    return "\nlibraries:\n  - id: herlev\n" + "".join(f"    {one}\n" for one in lines)


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        pytest.param(
            "currency: kr", "currency: found 'kr'; allowed is three capital letters, such as DKK", id="currency"
        ),
        pytest.param(
            "timezone: Europe/Kopenhagen",
            "timezone: found 'Europe/Kopenhagen'; allowed is the name of a time zone, such as Europe/Copenhagen",
            id="time-zone",
        ),
        pytest.param(
            "timezone: Europe",
            "timezone: found 'Europe'; allowed is the name of a time zone, such as Europe/Copenhagen",
            id="part-of-a-time-zone",
        ),
        pytest.param(
            "timezone: ../etc/passwd",
            "timezone: found '../etc/passwd'; allowed is the name of a time zone, such as Europe/Copenhagen",
            id="path-for-a-time-zone",
        ),
        pytest.param(
            "lookback_days: -1",
            "lookback_days: found the number -1; allowed is a whole number of days, 0 or more",
            id="lookback",
        ),
        pytest.param(
            "import_unpriced_events: 'ja'",
            "import_unpriced_events: found 'ja'; allowed is true or false",
            id="text-for-true",
        ),
        pytest.param(
            "contact_phone: spørg i skranken",
            "contact_phone: found 'spørg i skranken'; allowed is digits, spaces and + in quotes, such as "
            '"+45 44 52 57 00", or "" for none',
            id="phone",
        ),
        pytest.param(
            "max_removals: {count: -1}",
            "max_removals.count: found the number -1; allowed is a whole number, 0 or more",
            id="count",
        ),
        pytest.param(
            "max_removals: {percent: 101}",
            "max_removals.percent: found the number 101; allowed is a whole number from 0 to 100",
            id="percent",
        ),
        pytest.param(
            "max_removals: 3",
            "max_removals: found the number 3; allowed is a mapping with count and percent",
            id="number-for-a-mapping",
        ),
        pytest.param(
            "max_removals:", "max_removals: found nothing; allowed is a mapping with count and percent", id="nothing"
        ),
        pytest.param(
            "requests: {concurrency: 33}",
            "requests.concurrency: found the number 33; allowed is a whole number from 1 to 32",
            id="concurrency",
        ),
        pytest.param(
            "requests: {per_second: 0}",
            "requests.per_second: found the number 0; allowed is a number above 0",
            id="per-second",
        ),
        pytest.param(
            "requests: {per_second: .inf}",
            "requests.per_second: found the number inf; allowed is a number above 0",
            id="without-end",
        ),
        pytest.param(
            "requests: {per_second: true}",
            "requests.per_second: found true; allowed is a number above 0",
            id="truth-for-a-number",
        ),
        pytest.param(
            "kultunaut: {age_groups: {Baby: Babyer}}",
            "kultunaut.age_groups.Baby: found 'Babyer'; allowed is an audience, a colon, and one of Alle, Børn, Unge, "
            "Voksne, Ældre",
            id="age-group",
        ),
        pytest.param(
            "personal_data: {policy: encrypt}",
            "personal_data.policy: found 'encrypt'; allowed is pseudonymise, drop or keep",
            id="policy",
        ),
        pytest.param(
            "personal_data: {keep_answers: Allergi}",
            "personal_data.keep_answers: found 'Allergi'; allowed is a list of the names of custom fields, as text",
            id="text-for-a-list",
        ),
        pytest.param(
            "personal_data: {retention_days: 0}",
            "personal_data.retention_days: found the number 0; allowed is a whole number of days, 1 or more",
            id="retention",
        ),
        pytest.param("lookbackdays: 3", "lookbackdays: unknown key; did you mean 'lookback_days'?", id="misspelt-key"),
        pytest.param(
            "max_removals: {percentage: 3}",
            "max_removals.percentage: unknown key; did you mean 'percent'?",
            id="misspelt-inner-key",
        ),
        pytest.param(
            "new_events: {zzz: s3cret}",
            "new_events.zzz: unknown key; known keys are kultunaut_export, mute",
            id="unknown-key-is-named-and-its-value-is-not",
        ),
    ],
)
def test_load_settings_with_a_mistake_says_where_what_and_what_is_allowed(
    tmp_path: Path, line: str, mistake: str
) -> None:
    assert _mistakes(tmp_path, _with(line)) == [f"herlev: {mistake}"]


POSTAL_CODE = 'text in quotes, four digits in Denmark, such as "0800" (YAML may read another number without)'


@pytest.mark.parametrize(
    ("replaced", "line", "mistakes"),
    [
        pytest.param(
            "source",
            "source: {type: dpl_cms, conn_id: c}",
            ["source.price_unit: is missing; allowed is kroner or minor; it has no default, ask what the site sends"],
            id="price-unit-is-never-guessed",
        ),
        pytest.param(
            "source",
            "source: {type: dpl_cms, conn_id: c, price_unit: øre}",
            ["source.price_unit: found 'øre'; allowed is kroner or minor; it has no default, ask what the site sends"],
            id="price-unit-unknown",
        ),
        pytest.param(
            "source",
            "source: {type: dplcms, conn_id: c, price_unit: minor}",
            ["source.type: found 'dplcms'; allowed is dpl_cms or yesplan"],
            id="source-unknown",
        ),
        pytest.param(
            "source",
            "source: {conn_id: c, price_unit: minor}",
            ["source.type: is missing; allowed is dpl_cms or yesplan"],
            id="source-without-type",
        ),
        pytest.param(
            "source",
            "source: {type: dpl_cms, conn_id: c, price_unit: minor, statuses: [Confirmed]}",
            ["source.statuses: unknown key; known keys are conn_id, price_unit, type"],
            id="source-with-a-key-of-another",
        ),
        pytest.param(
            "source",
            "source: {type: yesplan, conn_id: c, horizon_days: 0, statuses: [], custom_data: {capasity: a, sold: 1}, "
            "addresses: {Store Sal: {name: A, address1: B, postal_code: 800, town: C}}}",
            [
                "source.price_unit: is missing; allowed is kroner or minor; it has no default, ask what the venue "
                "writes",
                "source.statuses: found a list; allowed is a list of the statuses of events that go to ticketing, as "
                "text",
                "source.horizon_days: found the number 0; allowed is a whole number of days, 1 to 3650",
                "source.custom_data.sold: found the number 1; allowed is the keyword of a custom data field in "
                "Yesplan, as text",
                "source.custom_data.capasity: unknown key; did you mean 'capacity'?",
                "source.addresses.Store Sal.postal_code: found the number 800; allowed is text in quotes, four digits "
                'in Denmark, such as "0800" (YAML may read another number without)',
                "source.addresses.Store Sal.city: is missing; allowed is the name of the town, as text",
                "source.addresses.Store Sal.town: unknown key; known keys are address1, address2, city, country, "
                "name, postal_code",
            ],
            id="yesplan",
        ),
        pytest.param(
            "place2book",
            'place2book: {event_maker: "5000"}',
            ["place2book.event_maker: found '5000'; allowed is the event maker's number in Place2book, such as 5000"],
            id="event-maker-as-text",
        ),
        pytest.param(
            "place2book",
            "place2book: {event_maker: 5000, event_makers_by_branch: {Havn: x, 7: 5002}}",
            [
                "place2book.event_makers_by_branch.Havn: found 'x'; allowed is a branch's name, a colon, and its event "
                "maker's number",
                "place2book.event_makers_by_branch.7: found the number 7; allowed is a branch's name, a colon, and its "
                "event maker's number",
            ],
            id="branches",
        ),
        pytest.param(
            "fallback_address",
            "fallback_address: {name: A, address1: B, postal_code: 0700, city: C}",
            [f"fallback_address.postal_code: found the number 448; allowed is {POSTAL_CODE}"],
            id="postal-code-without-quotes",
        ),
        pytest.param(
            "fallback_address",
            'fallback_address: {name: A, address1: B, postal_code: "27300", city: C}',
            [f"fallback_address.postal_code: found '27300'; allowed is {POSTAL_CODE}"],
            id="postal-code-that-is-not-danish",
        ),
        pytest.param(
            "fallback_address",
            'fallback_address: {name: A, address1: " ", postal_code: "10115", city: C, country: NO}',
            [
                "fallback_address.address1: found ' '; allowed is street and number, as text",
                "fallback_address.country: found false; allowed is two capital letters, such as DK "
                '(in quotes for "NO")',
            ],
            id="norway-and-a-blank-street",
        ),
        pytest.param("name", "", ["name: is missing; allowed is text"], id="name"),
    ],
)
def test_load_settings_without_what_is_required_says_so(
    tmp_path: Path, replaced: str, line: str, mistakes: list[str]
) -> None:
    assert _mistakes(tmp_path, _with(line, instead_of=replaced)) == [f"herlev: {mistake}" for mistake in mistakes]


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
    assert _mistakes(tmp_path, text) == [
        "line 9: the key 'name' is given twice",
        "extra: unknown key; known keys are defaults, libraries",
        "defaults: id: cannot be a default, each library has its own",
        "library number 4: expected a mapping with the keys of a library",
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


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        pytest.param("libraries: []", ["libraries: expected a list with at least one library"], id="no-library"),
        pytest.param("defaults: {}", ["libraries: expected a list with at least one library"], id="only-defaults"),
        pytest.param(
            "defaults: [1]\nlibraries: {a: 1}",
            [
                "defaults: expected a mapping with keys of a library",
                "libraries: expected a list with at least one library",
            ],
            id="wrong-shapes",
        ),
        pytest.param(
            "librarys: []",
            [
                "librarys: unknown key; did you mean 'libraries'?",
                "libraries: expected a list with at least one library",
            ],
            id="misspelt",
        ),
    ],
)
def test_load_settings_of_a_file_without_libraries_says_so(tmp_path: Path, text: str, mistakes: list[str]) -> None:
    assert _mistakes(tmp_path, text) == mistakes


def _libraries(*twins: tuple[str, str | None, int]) -> str:
    """Return a file of libraries, each with its twin and its event maker, in order but for those."""
    entries = [
        SMALLEST.split("libraries:\n")[1]
        .replace("id: herlev", f"id: {library}\n    twin_of: {leader}" if leader else f"id: {library}")
        .replace("cms_herlev", f"cms_{library}")
        .replace("5000", str(maker))
        for library, leader, maker in twins
    ]
    return "libraries:\n" + "".join(entries)


SHARED = "each event maker belongs to one, or the events of one library would look unlinked to the other"


@pytest.mark.parametrize(
    ("libraries", "mistakes"),
    [
        pytest.param([("a", "a", 1)], ["a: twin_of: found 'a'; a library cannot be its own twin"], id="itself"),
        pytest.param(
            [("nordvig", None, 1), ("b", "nordvik", 2)],
            ["b: twin_of: found 'nordvik'; no library has this id, did you mean 'nordvig'?"],
            id="unknown",
        ),
        pytest.param(
            [("a", "b", 1), ("b", "a", 2)],
            [
                f"{one}: twin_of: found '{other}', which is itself the twin of another; of two twins one leads, and it "
                "has no 'twin_of'"
                for one, other in (("a", "b"), ("b", "a"))
            ],
            id="each other",
        ),
        pytest.param(
            [("a", None, 1), ("b", "a", 2), ("c", "b", 3)],
            [
                "c: twin_of: found 'b', which is itself the twin of another; of two twins one leads, and it has no "
                "'twin_of'"
            ],
            id="a chain",
        ),
        pytest.param(
            [("a", None, 1), ("b", "a", 2), ("c", "a", 3)],
            ["b, c: twin_of: 2 libraries name 'a'; it has one twin"],
            id="two of one",
        ),
        pytest.param(
            [("a", None, 1), ("b", "a", 1), ("c", None, 1)],
            [f"a, b, c: place2book: event maker 1 is used by 3 libraries; {SHARED}"],
            id="a third with their event maker",
        ),
        pytest.param(
            [("a", None, 1), ("b", "a", 2), ("c", None, 2)],
            [f"b, c: place2book: event maker 2 is used by 2 libraries; {SHARED}"],
            id="another with the follower's",
        ),
        pytest.param([("a", None, 1), ("b", 7, 1)], None, id="no text"),
    ],
)
def test_load_settings_of_twins_that_are_none_says_so(
    tmp_path: Path, libraries: list[tuple[str, str | None, int]], mistakes: list[str] | None
) -> None:
    no_text = [
        f"a, b: place2book: event maker 1 is used by 2 libraries; {SHARED}",
        "b: twin_of: found the number 7; allowed is the id of the library that leads, as text",
    ]
    assert _mistakes(tmp_path, _libraries(*libraries)) == (no_text if mistakes is None else mistakes)


@pytest.mark.parametrize("maker", [1, 2], ids=["one event maker", "two event makers"])
def test_load_settings_of_twins_lets_them_have_one_event_maker(tmp_path: Path, maker: int) -> None:
    settings = load_settings(_written(tmp_path, _libraries(("a", None, 1), ("b", "a", maker), ("c", None, 3))))
    twins = [settings.twin(library) for library in settings.libraries]
    assert [twin and twin.id for twin in twins] == ["b", "a", None]
