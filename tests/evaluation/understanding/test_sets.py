"""Sets of others: how each form is recognised and scored, on a folder made up here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.figure import Card
from bot.evaluation.sets import SetError, labels, rows
from bot.evaluation.understanding.bars import ASKED, bars
from bot.evaluation.understanding.durations import Expected, Span, duckling, judge, recognizers
from bot.evaluation.understanding.measuring import FORMS, measure
from bot.evaluation.understanding.messages import neurological
from bot.evaluation.understanding.negation import locate
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader

FILES: dict[str, list[dict[str, Any]]] = {
    "negex_context/negex_sentences.jsonl": [
        {"concept": "fever", "sentence": "The man has no FEVER.", "negation": "Negated"},
        {"concept": '"bad   cough"', "sentence": "The man has a BAD COUGH.", "negation": "Affirmed"},
        {"concept": "rash", "sentence": "The man is well.", "negation": "Affirmed"},
    ],
    "duration_recognizers/duration_cases.jsonl": [
        {
            "id": "A",
            "input": "away for 3 months",
            "results": [{"text": "3 months", "start": 9, "length": 8, "timex": "P3M", "seconds": 7776000.0}],
        }
    ],
    "duration_recognizers/onset_expressions.jsonl": [
        {
            "id": "B",
            "input": "ill since 3 March 2026",
            "reference": "2026-03-10T00:00:00",
            "results": [
                {"start": 4, "end": 21, "values": [{"type": "daterange", "start": "2026-03-03", "Mod": "since"}]}
            ],
        }
    ],
    "duration_duckling/some.jsonl": [
        {"text": "2 weeks", "value": 2, "grain": "week", "approx_seconds": 1209600, "negative": False},
        {"text": "good evening", "value": None, "grain": None, "approx_seconds": None, "negative": True},
    ],
    "avey400/vignettes.jsonl": [
        {
            "id": 1,
            "chief_complaints": "Fever, Sadness, Hiccups",
            "presentation": "He has a fever for two days.",
            "absent_findings": "No cough, No headache",
        }
    ],
    "patient_messages/neuro_messages.jsonl": [
        {"id": "N1", "title": "", "text": "my left eyelid keeps twitching for 3 weeks"},
        {"id": "N2", "title": "Thanks", "text": "what time do you open on monday"},
    ],
    "patient_messages/random_other_messages.jsonl": [
        {"id": "R1", "text": "my left eyelid keeps twitching"},
        {"id": "R2", "text": "what time do you open on monday"},
    ],
}
LABELS = {
    "avey400/complaints.yml": "{fever: [fever], sadness: []}",
    "patient_messages/topics.yml": "{N1: [[eyelid_twitching, tremor]], N2: [], emergency: []}",
    "patient_messages/neurological.yml": "{R2: [tremor], emergency: [R2]}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("sets")
    for name, listed in FILES.items():
        (found / name).parent.mkdir(exist_ok=True)
        (found / name).write_text("\n".join(json.dumps(row) for row in listed), encoding="utf-8")
    for name, text in LABELS.items():
        (found / name).write_text(text, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def card(folder: Path, knowledge: Knowledge, reader: Reader) -> Card:
    return measure(knowledge, reader, folder / "nothing", folder)


def value(card: Card, key: str) -> tuple[float | None, int]:
    figure = card.figure(key)
    assert figure is not None
    return figure.value, figure.n


def test_every_form_is_scored(card: Card) -> None:
    assert value(card, "negex_context.negated.f") == (1, 1)
    assert value(card, "negex_context.accuracy") == (1, 2)
    assert value(card, "duration_recognizers.exact") == value(card, "duration_recognizers.onset_dates") == (1, 1)
    assert value(card, "duration_duckling.exact") == (1, 2)
    assert value(card, "avey400.complaints") == (1, 1)
    assert value(card, "avey400.absent_asserted") == (0, 2)
    assert value(card, "patient_messages.neuro.topic") == (1, 2)
    assert value(card, "patient_messages.neuro.false_emergencies") == (0, 2)
    assert value(card, "patient_messages.random_other.invented") == (0.5, 2)
    assert value(card, "patient_messages.random_other.emergencies") == (0, 1)


def test_what_is_left_out_is_said(card: Card) -> None:
    parts = {part.key: part for part in card.parts}
    assert parts["own"].skipped == "there are none in this installation"
    assert parts["negex_context"].notes == ("1 sentences left out: their concept does not stand in them.",)
    assert parts["avey400"].notes == ("1 complaints have no label and are left out: hiccups.",)
    (invented, missed) = parts["patient_messages.random_other"].faults
    assert (invented.where, invented.what) == ("R1", "invented: eyelid_twitching")
    assert missed.where == "R2" and missed.what.startswith("emergency read as")


def test_without_hand_labels_and_without_files(
    tmp_path: Path, folder: Path, knowledge: Knowledge, reader: Reader
) -> None:
    for name in ("avey400/vignettes.jsonl", "patient_messages/neuro_messages.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    card = measure(knowledge, reader, tmp_path / "nothing", tmp_path)
    skipped = {part.key: part.skipped for part in card.parts if part.skipped}
    assert skipped.pop("patient_messages.neuro") == "no hand labels in topics.yml"
    assert skipped.pop("negex_context") == "no negex_context/negex_sentences.jsonl in that folder"
    assert set(skipped) == {"own", *(form.key for form in FORMS)} - {
        "avey400",
        "patient_messages.neuro",
        "negex_context",
    }
    assert card.figure("avey400.complaints") is None and card.figure("avey400.absent_asserted")
    assert [bar.name for bar in bars(card)] == ["avey400: denied findings asserted"]


def test_every_bar_asks_for_a_figure_that_exists(card: Card) -> None:
    missing = {asked.key for asked in ASKED if not asked.key.startswith("own.") and card.figure(asked.key) is None}
    assert missing == set()
    assert {bar.name for bar in bars(card) if not bar.cleared} == {
        "patient_messages, random_other: with an invented finding"
    }


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"id": 1}\nnot json\n', encoding="utf-8")
    with pytest.raises(SetError, match=r"some\.jsonl:2: not JSON"):
        rows(path, "id")
    with pytest.raises(SetError, match=r"some\.jsonl:1: text missing"):
        rows(path, "text")
    path.write_text("just words", encoding="utf-8")
    with pytest.raises(SetError, match="expected names"):
        labels(path)
    assert labels(tmp_path / "nothing") is None


def test_a_concept_is_found_by_its_capitals() -> None:
    assert locate("fever, then a FEVER again", "fever") == (14, 19)
    assert locate("A BAD  COUGH", '"bad cough"') == (2, 12)
    assert locate("nothing", "fever") is locate("nothing", "") is None


DAY = 86_400


@pytest.mark.parametrize(
    ("spans", "judged"),
    [
        ([Span(4, 12, 91 * DAY)], (True, True, True)),
        ([Span(4, 12, 80 * DAY)], (False, True, False)),
        ([Span(0, 12, 90 * DAY)], (True, False, False)),
        ([Span(0, 12, 90 * DAY), Span(4, 12, DAY)], (True, True, False)),
        ([Span(20, 22, 90 * DAY)], (False, False, False)),
        ([], (False, False, False)),
    ],
)
def test_a_duration_is_judged_by_seconds_and_words(spans: list[Span], judged: tuple[bool, ...]) -> None:
    expected = Expected("for 3 months", 4, 12, 90 * DAY, 6 * DAY, date(2026, 1, 1), "here")
    assert judge(expected, spans) == judged


def test_the_files_of_durations_are_understood(folder: Path) -> None:
    (months,) = recognizers(folder / "duration_recognizers")
    assert (months.start, months.end, months.slack) == (9, 17, 6 * DAY)
    weeks, none = duckling(folder / "duration_duckling")
    assert (weeks.seconds, weeks.slack, none.none) == (1209600, 0, True)
    assert judge(none, []) == (True,) * 3 and judge(none, [Span(0, 4, 1)]) == (False,) * 3


def test_what_is_neurological_comes_from_the_topics(knowledge: Knowledge) -> None:
    found = neurological(knowledge)
    complaints = {name for topic in knowledge.topics.values() for name in topic.complaints}
    # Teeth and sinuses are complaints of the face, and none of the nerves.
    assert {name for name in complaints if knowledge.findings[name].codes.get("icd10cm", "")[:1] not in "JK"} <= found
    assert "toothache" not in found
    assert "fever" not in found and "fever" in neurological(knowledge, ["fever", "unheard_of"])
