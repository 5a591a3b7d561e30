"""The archive's scorecard measures what it says, on sets made for this test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.archive.meaning import load as load_meaning
from bot.evaluation.retrieval import measuring
from bot.evaluation.retrieval.command import archive_command
from bot.knowledge import load
from bot.knowledge.loading import TREE
from bot.nlu.reader import Reader

PAIRS = [
    ("How do I get rid of hiccups?", "My hiccups will not stop, what helps?", "Why do babies get hiccups?"),
    ("Is it safe to run with a cold?", "I have a runny nose. May I still go jogging?", "How is a cold passed on?"),
    ("What helps against dry lips?", "My lips are cracked, what can I put on them?", "Why are lips red?"),
]


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A folder in the form of the development sets."""
    lines = [
        {"question_1": first, "question_2": other, "label": label}
        for first, same, near in PAIRS
        for other, label in ((same, 1), (near, 0))
    ]
    rows = [{"title": first, "question": same, "reply": "Rest."} for first, same, _ in PAIRS]
    for path, content in ((measuring.PAIRS, lines), (measuring.ENTRIES, rows)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("".join(json.dumps(each) + "\n" for each in content), encoding="utf-8")
    return tmp_path


def test_pairs_and_entries_are_measured(sets: Path) -> None:
    knowledge = load()
    search = measuring.Search(knowledge, Reader(knowledge), load_meaning())
    values = {figure.key: figure.value for figure in measuring.pairs_part(sets, search).figures}
    assert values["pairs.recall_at_1"] == 1.0 and values["pairs.auc"] > 0.7
    assert values["pairs.false_answers"] == 0.0
    (own,) = measuring.entries_part(sets, search).figures
    assert (own.value, own.n) == (1.0, 3)


def test_the_command_writes_figures_and_breaks_on_a_bar(sets: Path, tmp_path: Path) -> None:
    out = tmp_path / "card.json"
    assert archive_command(TREE, sets, None, out, tmp_path / "card.html", must_clear=False, by_words=True) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["model"] is None and written["entries.own_first.n"] == 3
    assert "by words alone" in (tmp_path / "card.html").read_text(encoding="utf-8")
    assert archive_command(TREE, tmp_path / "nowhere", None, None, None, must_clear=False) == 1


def test_the_auc_counts_pairs_in_the_right_order() -> None:
    assert measuring._auc([(0.9, 1), (0.8, 0), (0.7, 1), (0.1, 0)]) == pytest.approx(0.75)
