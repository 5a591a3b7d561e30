"""An archived reply that names a medicine or a dose is known, by the words of the knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.archive.medicines import DrugsError, load


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("Take paracetamol when it aches.", "paracetamol"),
        ("I would start inventopril.", "inventopril"),
        ("INVENTOSTATIN helps.", "inventostatin"),
        ("Zyrtec is enough.", "zyrtec"),
        ("An anti-inflammatory will do.", "anti-inflammatory"),
        ("Put eye drops in.", "eye drops"),
        ("Take 25 mg of it.", "25 mg"),
        ("Take 0.5mg of it.", "5mg"),
        ("It is 500 mg/day.", "500 mg/day"),
        ("Take it twice daily.", "twice daily"),
    ],
)
def test_what_names_a_medicine_or_a_dose_is_found(reply: str, words: str) -> None:
    assert load().named_in(reply) == words


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Rest and drink water.",
        "Brush your teeth twice daily.",
        "Your sugar was 100 mg/dl, the other 140 mg per dl.",
        "Since April your cholesterol is fine.",
        "Take it easy for 25 days.",
        "The stem pril is not a name.",
        "Tabulate it, and go to a painkillersless place.",
    ],
)
def test_what_names_none_is_not(reply: str) -> None:
    assert load().named_in(reply) is None


WHOLE = (
    "{id: x, version: 1, status: judged, reviewed: {}, source: {}, endings: [pril], not_medicines: [april], "
    "names: [[a]], forms: [b], units: [mg], per: [dl], times: [daily], takes: [take]}"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: [", "drugs.yml: cannot be read"),
        ("id: x", "drugs.yml: expected exactly the keys endings, forms, id"),
        (WHOLE.replace("[b]", "[]"), "drugs.yml: read None in forms; expected words"),
        (WHOLE.replace("[daily]", "[off]"), "drugs.yml: read False in times; expected words, in quotes"),
    ],
)
def test_a_fault_in_the_words_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "drugs.yml"
    path.write_text(text)
    with pytest.raises(DrugsError) as fault:
        load(path)
    assert str(fault.value).startswith(words)


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "drugs.yml"
    path.write_text(WHOLE)
    assert load(path).named_in("take 5 mg") == "5 mg"
