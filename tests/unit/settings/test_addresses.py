"""Where messages go: what may stand in the file, what may not, and that no mistake repeats a secret."""

from pathlib import Path

import pytest

from billetbro.errors import SettingsError
from billetbro.settings.addresses import NoticeAddress, each_once, is_plain
from billetbro.settings.libraries import load_settings, operators_told
from tests.cases import cases
from tests.unit.settings.libraries_file import SMALLEST, mistakes_in, written

MAIL = "mailto://mail.example.dk?from=billetbro@example.dk&to=kultur@example.dk"
OPERATORS = f"""
operators:
  notify: ['{MAIL}', {{conn_id: chat}}]
  language: en
"""


@cases(
    "address plain",
    ("mail", MAIL, True),
    ("mail by TLS with a port", "mailtos://mail.example.dk:587?to=a@example.dk&mode=starttls", True),
    ("recipient in the path", "mailto://mail.example.dk/kultur@example.dk", True),
    ("mail to oneself", "mailto://kultur@example.dk", True),
    ("password", "mailtos://user:s3cret@mail.example.dk?to=a@example.dk", False),
    ("empty password", "mailtos://user:@mail.example.dk?to=a@example.dk", False),
    ("password as an option", "mailtos://mail.example.dk?user=u&pass=s3cret", False),
    ("several recipients", "mailto://mail.example.dk?to=a@example.dk,b@example.dk", False),
    ("several recipients in the path", "mailto://mail.example.dk/a@example.dk/b@example.dk", False),
    ("a service whose address is the secret", "slack://T1/B2/s3cret", False),
    ("a webhook", "jsons://hooks.example.dk/s3cret", False),
    ("no address of apprise", "kultur@example.dk", False),
    ("no host", "mailto://?to=a@example.dk", False),
    ("no port", "mailto://mail.example.dk:smtp?to=a@example.dk", True),
    ("half a bracket", "mailto://[::1?to=a@example.dk", False),
)
def test_address_may_stand_in_the_file_if_nothing_of_it_can_be_secret(address: str, plain: bool) -> None:
    assert is_plain(address) is plain


def test_library_has_its_own_addresses_or_those_of_the_defaults(tmp_path: Path) -> None:
    other = SMALLEST.replace("herlev", "odder").replace("5000", "6000").partition("libraries:\n")[2]
    text = f"defaults:\n  notify: ['{MAIL}']\n{SMALLEST}    notify: {{conn_id: chat}}\n".replace("{conn", "[{conn")
    text = text.replace("chat}", "chat, to: [a@example.dk, b@example.dk]}]") + other
    herlev, odder = load_settings(written(tmp_path, text)).libraries
    assert each_once(herlev.notify) == (
        NoticeAddress(conn_id="chat", to=("a@example.dk",)),
        NoticeAddress(conn_id="chat", to=("b@example.dk",)),
    )
    assert [address.url for address in odder.notify] == [MAIL]


def test_operators_have_addresses_and_a_language_of_their_own(tmp_path: Path) -> None:
    told = load_settings(written(tmp_path, SMALLEST + OPERATORS)).operators
    assert ([address.name for address in told.notify], told.language) == (["mailto://…", "chat"], "en")


def test_operators_are_known_whatever_else_is_wrong_with_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, SMALLEST + "    currency: kr\n" + OPERATORS)
    with pytest.raises(SettingsError):
        load_settings(file)
    assert len(operators_told({"BILLETBRO_LIBRARIES": str(file)}).notify) == 2


@cases(
    "line where found",
    ("secret in the file", "notify: ['slack://T1/B2/s3cret']", "herlev: notify.0.url", "'slack:…'"),
    ("password", "notify: ['mailtos://u:s3cret@mail.example.dk']", "herlev: notify.0.url", "'mailtos:…'"),
    ("no list", "notify: 'slack://T1/B2/s3cret'", "herlev: notify", "'slack:…'"),
    ("both", f"notify: [{{conn_id: chat, url: '{MAIL}'}}]", "herlev: notify.0", "a mapping"),
    ("neither", "notify: [{to: [a@example.dk]}]", "herlev: notify.0", "a mapping"),
    ("language", "language: sv", "herlev: language", "'sv'"),
)
def test_mistake_says_what_is_allowed_and_never_the_secret(tmp_path: Path, line: str, where: str, found: str) -> None:
    (mistake,) = mistakes_in(tmp_path, f"{SMALLEST}    {line}\n")
    assert mistake.startswith(f"{where}: found {found}; allowed is ")
    assert "s3cret" not in mistake


def test_unknown_key_of_an_address_does_not_say_what_may_be_secret(tmp_path: Path) -> None:
    (mistake,) = mistakes_in(tmp_path, SMALLEST + "    notify: [{conn_id: chat, 'slack://s3cret': x}]\n")
    assert mistake == "herlev: notify.0.slack:…: unknown key; known keys are conn_id, to, url"


def test_mistake_of_the_operators_is_told_as_theirs(tmp_path: Path) -> None:
    (mistake,) = mistakes_in(tmp_path, SMALLEST + "operators: {notify: ['slack://T1/s3cret']}\n")
    assert mistake.startswith("operators: notify.0.url: found 'slack:…'; ")
    assert mistakes_in(tmp_path, SMALLEST + "operators: [x]\n") == [
        "operators: expected a mapping with notify and, if wanted, language"
    ]


def test_key_of_an_address_tells_it_from_others_and_does_not_show_it() -> None:
    addresses = [NoticeAddress(url=MAIL), NoticeAddress(conn_id="chat"), NoticeAddress(conn_id="chat", to=("a@b.dk",))]
    keys = [address.key(whose) for address in addresses for whose in ("herlev", "operators")]
    assert len(set(keys)) == 6
    assert [key for key in keys if "chat" in key or "@" in key] == []
