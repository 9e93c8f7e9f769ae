"""What each policy leaves of a buyer."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from billetbro.errors import Fatal
from billetbro.models import AdditionalSale, Answer, PersonalDataPolicy, Purchase, Ticket
from billetbro.warehouse.privacy.normalise import normalised_email, normalised_name, normalised_phone
from billetbro.warehouse.privacy.pseudonymise import Keys, Privacy
from tests.cases import cases

KEY = b"a key made up for the tests"
BOUGHT_AT = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
PURCHASE = Purchase(
    purchase_id=900,
    customer_profile_id=77,
    full_name="Test Testesen",
    email="Test.Testesen@example.com",
    phone_number="12 34 56 78",
    zip_code="2730",
    total_ore=10000,
    transaction_type="completed",
    created_at=BOUGHT_AT,
    answers=(Answer(name="Klub", value="Bogormene"),),
    tickets=(
        Ticket(
            ticket_id=901,
            price_id=1,
            amount_ore=7500,
            seating="Række 1",
            barcode="OPEN-SESAME-1",
            answers=(
                Answer(name="Allergi", value="Nødder"),
                Answer(name="Klub ", value="Læsehestene"),
                Answer(name="Klub", value=None),
            ),
            additional_sales=(AdditionalSale(additional_sale_id=5, additional_id=6, name="Kaffe", amount_ore=2500),),
        ),
    ),
)


def pseudonym(plain: str) -> str:
    return hmac.new(KEY, plain.encode(), hashlib.sha256).hexdigest()


def privacy(policy: PersonalDataPolicy, *keep_answers: str) -> Privacy:
    return Privacy(policy=policy, key=KEY, keep_answers=frozenset(keep_answers))


@cases(
    "policy expected",
    (
        "pseudonymise",
        PersonalDataPolicy.PSEUDONYMISE,
        {
            "full_name": pseudonym("test testesen"),
            "email": pseudonym("test.testesen@example.com"),
            "phone_number": pseudonym("+4512345678"),
            "zip_code": "2730",
            "customer_key": pseudonym("77"),
        },
    ),
    (
        "drop",
        PersonalDataPolicy.DROP,
        {"full_name": None, "email": None, "phone_number": None, "zip_code": None, "customer_key": None},
    ),
    (
        "keep",
        PersonalDataPolicy.KEEP,
        {
            "full_name": "Test Testesen",
            "email": "Test.Testesen@example.com",
            "phone_number": "12 34 56 78",
            "zip_code": "2730",
            "customer_key": "77",
        },
    ),
)
def test_protect_purchase_follows_the_policy(policy: PersonalDataPolicy, expected: dict[str, str | None]) -> None:
    assert privacy(policy).protect(PURCHASE).purchase == {
        "purchase_id": 900,
        "transaction_type": "completed",
        "created_at": BOUGHT_AT,
        "total_ore": 10000,
        **expected,
    }


@pytest.mark.parametrize("policy", list(PersonalDataPolicy))
def test_protect_nothing_known_of_the_buyer_stays_null(policy: PersonalDataPolicy) -> None:
    unknown = replace(PURCHASE, full_name=None, email=None, phone_number=None, zip_code=None, customer_profile_id=None)
    row = privacy(policy).protect(unknown).purchase
    personal = ("full_name", "email", "phone_number", "zip_code", "customer_key")
    assert [row[name] for name in personal] == [None] * 5


@pytest.mark.parametrize("policy", list(PersonalDataPolicy))
def test_protect_tickets_become_rows_without_barcode(policy: PersonalDataPolicy) -> None:
    protected = privacy(policy).protect(PURCHASE)
    assert protected.tickets == (
        {
            "ticket_id": 901,
            "purchase_id": 900,
            "price_id": 1,
            "amount_ore": 7500,
            "arrived_at": None,
            "seating": "Række 1",
        },
    )
    assert protected.additional_sales == (
        {"additional_sale_id": 5, "ticket_id": 901, "additional_id": 6, "name": "Kaffe", "amount_ore": 2500},
    )


@pytest.mark.parametrize("policy", list(PersonalDataPolicy))
def test_protect_answers_without_listed_names_are_dropped(policy: PersonalDataPolicy) -> None:
    assert privacy(policy).protect(PURCHASE).answers == ()


@pytest.mark.parametrize("listed", ["Klub", " klub", "K\u00adlub\u200b"], ids=["as asked", "case and space", "unseen"])
def test_protect_answers_with_a_listed_name_are_kept_and_counted(listed: str) -> None:
    common = {"purchase_id": 900, "name": "Klub"}
    assert privacy(PersonalDataPolicy.PSEUDONYMISE, listed).protect(PURCHASE).answers == (
        {**common, "ticket_id": None, "position": 1, "value": "Bogormene"},
        {**common, "ticket_id": 901, "position": 1, "value": "Læsehestene"},
        {**common, "ticket_id": 901, "position": 2, "value": None},
    )


@cases(
    "written expected",
    ("danish", "2730", "2730"),
    ("leading zero", " 0800 ", "0800"),
    ("with country", "DK-2730", "DK-2730"),
    ("between what nobody sees", "\u200b2730\ufeff", "2730"),
    ("swedish", "211 20", "211 20"),
    ("phone", "12345678", None),
    ("cpr", "010190-1234", None),
    ("name", "Test Testesen", None),
    ("e-mail", "test@example.com", None),
    ("empty", "", None),
)
def test_protect_postal_code_is_pseudonymous_only_when_it_looks_like_one(written: str, expected: str | None) -> None:
    row = privacy(PersonalDataPolicy.PSEUDONYMISE).protect(replace(PURCHASE, zip_code=written)).purchase
    assert row["zip_code"] == expected


@cases(
    "written expected",
    ("international", "+4512345678", "+4512345678"),
    ("in pairs", "12 34 56 78", "+4512345678"),
    ("plain", "12345678", "+4512345678"),
    ("zeros for plus", "0045 1234 5678", "+4512345678"),
    ("brackets", "(+45) 12-34-56-78", "+4512345678"),
    ("country without plus", "4512345678", "+4512345678"),
    ("swedish", "+46 (0)70 123 45 67", "+46701234567"),
    ("foreign without country", "0701234567", "0701234567"),
    ("direction marks", "\u202a+46 70 123 45 67\u202c", "+46701234567"),
    ("behind a word", "tlf. +46 70 123 45 67", "+46701234567"),
    ("zeros and no space", "0046701234567", "+46701234567"),
    ("a label, brackets and a trunk zero", "Mobil: (+46) (\u200b0 )70-123 45 67", "+46701234567"),
    ("byte order mark", "\ufeff0046 70 123 45 67", "+46701234567"),
    ("full-width plus", "\uff0b46 70 123 45 67", "+46701234567"),
    ("other digits", "+\u0664\u0666 70 123 45 67", "+46701234567"),
    ("unseen inside", "tlf. 12\u200b34\u00ad56 78 (privat)", "+4512345678"),
    ("a plus in a word", "a+b 12 34 56 78", "+4512345678"),
    ("a plus after digits", "12 34 56 78 + 9", "123456789"),
    ("no number", "ukendt", None),
    ("nothing seen", "\u200b+\u202c", None),
    ("empty", "", None),
)
def test_normalised_phone_spellings_of_one_number_are_one(written: str, expected: str | None) -> None:
    assert normalised_phone(written) == expected


@cases(
    "normalised one other",
    ("e-mail", normalised_email, " Test@Example.com", "test@example.COM "),
    ("name", normalised_name, "Test  Testesen", " TEST testesen"),
    ("danish letters", normalised_name, "Søren Prøve", "SØREN PRØVE"),
    ("composed letters", normalised_name, "A\u030angstrøm Test", "Ångstrøm Test"),
    ("e-mail with zero width", normalised_email, "test\u200b@example.com\ufeff", "test@example.com"),
    ("e-mail between direction marks", normalised_email, "\u202atest@example.com\u202c", "test@example.com"),
    ("e-mail with a space", normalised_email, "te\u00adst@ example.\u2060com", "Test@example.com"),
    ("name with what nobody sees", normalised_name, "\u200bTest\u00a0Test\u00adesen\ufeff", "test testesen"),
)
def test_normalised_spellings_of_one_person_are_one(normalised, one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize("key", [None, b"", b"15 bytes long.."], ids=["missing", "empty", "short"])
def test_privacy_without_a_proper_key_is_fatal_and_names_the_connection(key: bytes | None) -> None:
    with pytest.raises(Fatal) as caught:
        Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=key)
    assert str(caught.value) == (
        "Personal data cannot be pseudonymised: the connection 'billetbro_privacy' must hold a secret key of at least "
        "16 bytes as its password. Set it, or choose the policy 'drop'."
    )


@pytest.mark.parametrize("policy", [PersonalDataPolicy.DROP, PersonalDataPolicy.KEEP])
def test_privacy_other_policies_need_no_key(policy: PersonalDataPolicy) -> None:
    assert Privacy(policy=policy).key is None


def test_privacy_repr_does_not_show_the_key() -> None:
    assert KEY.decode() not in repr(privacy(PersonalDataPolicy.PSEUDONYMISE))


def test_protected_purchase_repr_does_not_show_the_buyer() -> None:
    assert "Testesen" not in repr(privacy(PersonalDataPolicy.KEEP).protect(PURCHASE))


@pytest.mark.parametrize("policy", list(PersonalDataPolicy))
def test_protect_blank_leaves_the_rows_and_nothing_personal(policy: PersonalDataPolicy) -> None:
    protector = privacy(policy, "Klub")
    whole, blank = protector.protect(PURCHASE), protector.protect(PURCHASE, blank=True)
    personal = dict.fromkeys(("full_name", "email", "phone_number", "zip_code", "customer_key"))
    assert blank.purchase == whole.purchase | personal
    assert (blank.tickets, blank.additional_sales) == (whole.tickets, whole.additional_sales)
    assert blank.answers == tuple(answer | {"value": None} for answer in whole.answers)
    assert len(blank.answers) == 3


STORED = {
    "plain name": ("full_name", "Test  Testesen", pseudonym("test testesen")),
    "pseudonym": ("email", pseudonym("somebody"), pseudonym("somebody")),
    "phone without digits": ("phone_number", "ukendt", None),
    "postal code": ("zip_code", "2730", "2730"),
    "something else for one": ("zip_code", "12345678", None),
    "nothing": ("customer_key", None, None),
}


@pytest.mark.parametrize(("column", "stored", "left"), STORED.values(), ids=STORED.keys())
def test_protected_again_under_pseudonymise_makes_pseudonyms_of_plain_values_only(
    column: str, stored: str | None, left: str | None
) -> None:
    assert privacy(PersonalDataPolicy.PSEUDONYMISE).protected_again(column, stored) == left


@pytest.mark.parametrize(("column", "stored", "_"), STORED.values(), ids=STORED.keys())
def test_protected_again_under_drop_leaves_nothing_and_under_keep_what_is_there(
    column: str, stored: str | None, _: str | None
) -> None:
    dropped = privacy(PersonalDataPolicy.DROP).protected_again(column, stored)
    kept = privacy(PersonalDataPolicy.KEEP).protected_again(column, stored)
    assert (dropped, kept) == (None, stored)


def test_key_fingerprint_tells_keys_apart_and_nothing_of_them() -> None:
    one, same, other = (Privacy(policy=PersonalDataPolicy.PSEUDONYMISE, key=key) for key in (KEY, KEY, KEY + b"2"))
    assert one.key_fingerprint == same.key_fingerprint != other.key_fingerprint
    assert (len(one.key_fingerprint or ""), privacy(PersonalDataPolicy.DROP).key_fingerprint) == (16, None)


def test_keys_are_each_known_once_and_not_shown() -> None:
    keys = Keys(current=KEY, former=(b"an earlier made-up key", KEY))
    assert keys.all == (KEY, b"an earlier made-up key")
    assert (Keys().all, repr(keys)) == ((), "Keys()")
