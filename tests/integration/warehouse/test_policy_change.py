"""A new policy or key reaches what is stored already, in tables and files, and is told of."""

import hashlib
import hmac
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billetbro.models import PersonalDataPolicy
from billetbro.store.schema.privacy_tables import privacy_policies
from billetbro.store.schema.warehouse_tables import purchases
from billetbro.warehouse.privacy.policy_change import apply_policy, apply_policy_to_files
from billetbro.warehouse.privacy.policy_history import rows_under_unknown_keys
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy, fingerprint
from billetbro.warehouse.privacy.redact_stored import Counts
from tests.integration.warehouse.examples import FIRST, HOUR, KEY, LIBRARY, MONDAY, SECOND, Till, contents, export
from tests.integration.warehouse.files import everything_in, lake_in, write
from tests.integration.warehouse.personal import (
    DROP,
    FIRST_BUYER,
    KEEP,
    LISTED,
    NOTHING,
    PSEUDONYMISE,
    SECOND_BUYER,
    answering_less,
    given_answers,
    people,
    sums,
    traces,
)

OTHER_KEY = b"another key made up for the tests"
UNDER_OTHER_KEY = replace(PSEUDONYMISE, key=OTHER_KEY)
BUYERS = [buyer for buyer in (*FIRST_BUYER, *SECOND_BUYER) if buyer not in ("2730", "plakat", "nødder")]
LATER = MONDAY + HOUR


def apply(engine: Engine, privacy: Privacy, *, thoroughly: bool = False) -> Counts:
    with engine.begin() as connection:
        return apply_policy(connection, LIBRARY, privacy, LATER, thoroughly=thoroughly)


def apply_to_files(engine: Engine, privacy: Privacy, root: Path) -> Counts:
    with engine.begin() as connection:
        return apply_policy_to_files(connection, LIBRARY, privacy, LATER, lake_in(root))


def unknown(engine: Engine, *keys: bytes) -> int:
    with engine.connect() as connection:
        return rows_under_unknown_keys(connection, LIBRARY, Keys(current=keys[0] if keys else None, former=keys[1:]))


def of(plain: str) -> str:
    return hmac.new(KEY, plain.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("place2book_lists_them", [True, False], ids=["exported anew", "no longer read"])
def test_policy_from_keep_to_pseudonymise_makes_the_pseudonyms_that_an_export_makes(
    engine: Engine, place2book_lists_them: bool
) -> None:
    export(engine, Till(), privacy=KEEP)
    before = sums(engine)
    export(engine, Till(), LATER, privacy=PSEUDONYMISE, force=place2book_lists_them)
    assert people(engine) == {
        900: {
            "full_name": of("test testesen"),
            "email": of("test.testesen@example.com"),
            "phone_number": of("+4512345678"),
            "zip_code": "2730",
            "customer_key": of("77001122"),
        },
        910: NOTHING
        | {"full_name": of("prøve prøvesen"), "email": of("proeve@example.com"), "phone_number": of("+4587654321")},
    }
    assert (traces(engine, BUYERS), sums(engine)) == ([], before)


@pytest.mark.parametrize("before", [KEEP, PSEUDONYMISE], ids=["keep", "pseudonymise"])
def test_policy_to_drop_empties_what_is_stored(engine: Engine, before: Privacy) -> None:
    export(engine, Till(), privacy=before)
    assert (apply(engine, DROP), list(people(engine).values())) == ({"purchases": 2, "answers": 0}, [NOTHING] * 2)
    assert given_answers(engine) == ["Plakat", "Nødder"]


def test_policy_to_keep_restores_nothing_until_everything_is_read_again(engine: Engine) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    stored = people(engine)
    export(engine, Till(), LATER, privacy=KEEP)
    assert people(engine) == stored
    export(engine, Till(), LATER, privacy=KEEP, force=True)
    assert [row["full_name"] for row in people(engine).values()] == ["Test Testesen", "Prøve Prøvesen"]


def test_policy_with_fewer_listed_answers_empties_the_others(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    assert apply(engine, answering_less(KEEP, " allergi")) == {"purchases": 0, "answers": 1}
    assert given_answers(engine) == [None, "Nødder"]
    export(engine, Till(), LATER, privacy=KEEP, force=True)
    assert given_answers(engine) == ["Plakat", "Nødder"]


def test_policy_that_is_in_force_already_touches_nothing_unless_asked_to_look(engine: Engine) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    assert apply(engine, PSEUDONYMISE) == {}
    assert apply(engine, PSEUDONYMISE, thoroughly=True) == {"purchases": 0, "answers": 0}
    assert contents(engine, purchases, "changed_at") == [{"changed_at": MONDAY}] * 2


def test_policy_of_one_library_leaves_the_others_alone(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP, library="ribe")
    stored = people(engine)
    assert apply(engine, replace(DROP, keep_answers=frozenset())) == {"purchases": 0, "answers": 0}
    assert (people(engine), given_answers(engine)) == (stored, ["Plakat", "Nødder"])


def test_policy_history_tells_since_when_which_policy_was_in_force(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    export(engine, Till(), MONDAY + HOUR / 2, privacy=KEEP)
    export(engine, Till(), LATER, privacy=answering_less(PSEUDONYMISE))
    assert contents(engine, privacy_policies) == [
        {
            "library": LIBRARY,
            "since": MONDAY,
            "policy": "keep",
            "key_fingerprint": None,
            "keep_answers": sorted(name.casefold() for name in LISTED),
            "in_files_at": None,
        },
        {
            "library": LIBRARY,
            "since": LATER,
            "policy": "pseudonymise",
            "key_fingerprint": fingerprint(KEY),
            "keep_answers": [],
            "in_files_at": None,
        },
    ]


def test_files_are_brought_under_a_new_policy_once(engine: Engine, tmp_path: Path) -> None:
    export(engine, Till(), privacy=KEEP)
    write(engine, tmp_path)
    assert apply_to_files(engine, KEEP, tmp_path) == {"purchases": 0, "answers": 0}
    stricter = answering_less(PSEUDONYMISE, "Hørt om os")
    apply(engine, stricter)
    assert apply_to_files(engine, stricter, tmp_path) == {"purchases": 2, "answers": 1}
    assert traces(engine, [*BUYERS, "nødder"], tmp_path) == []
    assert traces(engine, ["plakat", of("proeve@example.com")], tmp_path) == ["plakat", of("proeve@example.com")]
    rewritten = everything_in(tmp_path)
    assert (apply_to_files(engine, stricter, tmp_path), everything_in(tmp_path)) == ({}, rewritten)


def test_key_that_is_another_is_told_of_once(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    assert caplog.messages == []
    for hours in (1, 2):
        export(engine, Till(), MONDAY + hours * HOUR, privacy=UNDER_OTHER_KEY)
    (told,) = caplog.messages
    assert told.startswith(f"{LIBRARY}: the key in the connection 'billetbro_privacy' is another one than before.")
    assert caplog.records[0].levelno == logging.WARNING


def test_policy_that_is_another_is_told_of(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    export(engine, Till(), privacy=KEEP)
    export(engine, Till(), LATER, privacy=DROP)
    (told,) = caplog.messages
    assert told.startswith(f"{LIBRARY}: the policy for personal data is now 'drop'; it was 'keep'.")


def test_key_that_is_another_reaches_what_is_read_again_and_leaves_the_rest_as_it_was(engine: Engine) -> None:
    export(engine, Till(), privacy=PSEUDONYMISE)
    stored = people(engine)
    export(engine, Till({10: (FIRST,)}), LATER, privacy=UNDER_OTHER_KEY, force=True)
    assert (people(engine)[900] != stored[900], people(engine)[910]) == (True, stored[910])
    counted = (unknown(engine, OTHER_KEY), unknown(engine, OTHER_KEY, KEY), unknown(engine, KEY), unknown(engine))
    assert counted == (1, 0, 1, 2)


def test_key_is_missed_of_rows_too_that_became_pseudonyms_later(engine: Engine) -> None:
    export(engine, Till(), privacy=KEEP)
    export(engine, Till(), LATER, privacy=PSEUDONYMISE)
    assert (unknown(engine, OTHER_KEY), unknown(engine, KEY)) == (2, 0)


def test_key_that_is_forgotten_is_missed_only_while_its_pseudonyms_are_stored(engine: Engine) -> None:
    export(engine, Till({10: (SECOND,)}), privacy=PSEUDONYMISE)
    export(engine, Till({10: (SECOND,)}), LATER, privacy=DROP)
    assert unknown(engine) == 0


@pytest.mark.parametrize("key", [b"", b"15 bytes long.."], ids=["empty", "short"])
def test_key_that_could_be_guessed_is_refused_before_anything_is_stored(key: bytes) -> None:
    with pytest.raises(Exception, match="at least 16 bytes"):
        Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=key)
