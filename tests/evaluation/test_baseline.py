"""The committed numbers are of these vignettes, and today's knowledge is no calmer than they were."""

from __future__ import annotations

import json
from pathlib import Path

from bot.evaluation.baseline import worse
from bot.evaluation.triage import evaluate
from bot.evaluation.vignette import TREE, load_vignettes
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "evaluation" / "triage.json"


def test_triage_has_not_become_calmer(knowledge: Knowledge, reader: Reader) -> None:
    card = evaluate(load_vignettes(TREE, knowledge), knowledge, reader)
    assert worse(card, json.loads(COMMITTED.read_text(encoding="utf-8"))) == []
