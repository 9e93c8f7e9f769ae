"""Whole events, as a library's CMS has them, and what becomes of each: see golden/*.json."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from billetbro.models import LibraryRules, Mapped, SourceEvent
from billetbro.reconcile.mapping.event import map_event
from billetbro.settings.libraries import load_settings

GOLDEN = sorted(Path(__file__).with_name("golden").glob("*.json"))
LIBRARIES = load_settings(Path(__file__).with_name("golden") / "libraries.yaml")

EVENTS = TypeAdapter(SourceEvent)
MAPPED = TypeAdapter(Mapped)


def test_golden_files_are_all_there() -> None:
    assert [file.stem for file in GOLDEN] == [
        "aflyst_teater",
        "babyrytmik_instans_af_serie",
        "byvandring_paa_andet_sted",
        "filmklub_hele_dagen",
        "foredrag_med_tre_billetter",
        "forfatteraften_klonet",
        "it_cafe_paa_nettet",
        "koncert_med_lang_tekst",
        "koncert_solgt_andetsteds",
        "laesekreds_med_det_noedvendigste",
        "laesekreds_uden_billetter",
        "sommerbogen_til_negativ_pris",
        "strikkecafe_paa_havnen",
    ]


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_map_event_of_a_golden_file_gives_what_stands_there(file: Path) -> None:
    golden = json.loads(file.read_text(encoding="utf-8"))
    rules: LibraryRules = LIBRARIES.library(golden["library"]).rules()
    mapped = map_event(EVENTS.validate_python(golden["event"]), rules, datetime.fromisoformat(golden["now"]))
    assert mapped == MAPPED.validate_python(golden["mapped"])
