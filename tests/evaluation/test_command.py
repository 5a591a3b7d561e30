"""`signpost evaluate triage`: what it measures, prints and writes, and when it fails."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation.bars import bars
from bot.evaluation.baseline import worse
from bot.evaluation.page import page
from bot.evaluation.table import show
from bot.evaluation.triage import WAYS, Scorecard, evaluate
from bot.evaluation.vignette import load_vignettes
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from tests.evaluation.stories import ALL, folder_with

WRONG = ALL.replace("level: self_care", "level: same_day")


def card_of(tmp_path: Path, text: str, knowledge: Knowledge, reader: Reader, randoms: int = 0) -> Scorecard:
    return evaluate(load_vignettes(folder_with(tmp_path, text), knowledge), knowledge, reader, randoms=randoms)


def test_every_way_is_measured(tmp_path: Path, knowledge: Knowledge, reader: Reader) -> None:
    card = card_of(tmp_path, ALL, knowledge, reader, randoms=3)
    assert set(card.scores) == set(WAYS)
    assert all(score.exact.hits == score.exact.of == 3 for score in card.scores.values())
    turns = {each.id: each.turns for each in card.scores["opening"].outcomes}
    assert turns["made-up-cheek"] > 1 and turns["made-up-droop"] > 1
    assert {each.turns for each in card.scores["message"].outcomes} == {1}
    # The emergency is of no topic, and stays out of the wish for short interviews.
    assert len(card.lengths("opening").turns) == 2
    assert len(card.randoms) == 3 * len(knowledge.topics)
    again = card_of(tmp_path, ALL, knowledge, reader, randoms=3)
    assert again.to_json() == card.to_json()


def test_what_is_wrong_is_listed_with_the_rules_that_fired(
    tmp_path: Path, knowledge: Knowledge, reader: Reader
) -> None:
    card = card_of(tmp_path, WRONG, knowledge, reader)
    (wrong,) = card.to_json()["scores"]["facts"]["wrong"]
    assert (wrong["id"], wrong["expected"], wrong["given"]) == ("made-up-cheek", "same_day", "self_care")
    assert wrong["rules"] and set(wrong["rules"]) <= set(knowledge.rules)
    assert card.scores["facts"].under.hits == 1


def test_a_broken_bar_is_named(tmp_path: Path, knowledge: Knowledge, reader: Reader) -> None:
    broken = {bar.name for bar in bars(card_of(tmp_path, WRONG, knowledge, reader)) if not bar.cleared and bar.now}
    assert {"Facts: too calm", "Facts: exact"} <= broken
    assert "Messages: exact" in broken
    only_calm = card_of(tmp_path, ALL[: ALL.index("- id: made-up-droop")], knowledge, reader)
    unmeasured = [bar for bar in bars(only_calm) if bar.measured == "none to measure"]
    assert unmeasured and not any(bar.cleared for bar in unmeasured)


def test_later_numbers_are_held_against_earlier_ones(tmp_path: Path, knowledge: Knowledge, reader: Reader) -> None:
    good = card_of(tmp_path, ALL, knowledge, reader)
    other = card_of(tmp_path, WRONG, knowledge, reader)
    assert worse(good, good.to_json()) == []
    (stale,) = worse(good, other.to_json())
    assert "run `make evaluate`" in stale
    before = other.to_json()
    before["scores"]["facts"]["worked_with"]["under"]["hits"] = 0
    before["scores"]["facts"]["wrong"] = []
    before["scores"]["message"]["worked_with"]["emergency_recall"]["hits"] = 2
    calmer, lost = worse(other, before)
    assert calmer == "facts: too calm were 0, are 1: made-up-cheek"
    assert lost.startswith("message: emergencies recognised are 1/1")


def test_of_those_kept_aside_only_totals_are_shown(tmp_path: Path, knowledge: Knowledge, reader: Reader) -> None:
    aside = WRONG.replace("made-up", "put-away")
    folder_with(tmp_path, aside, "held_out/some.yml")
    card = card_of(tmp_path, ALL, knowledge, reader)
    written = card.to_json()
    assert (written["vignettes"]["worked_with"], written["vignettes"]["kept_aside"]) == (3, 3)
    facts = written["scores"]["facts"]
    assert (facts["worked_with"]["under"]["hits"], facts["kept_aside"]["under"]["hits"]) == (0, 1)
    assert facts["wrong"] == [] and sum(sum(row.values()) for row in facts["matrix"].values()) == 3
    assert (written["turns"]["opening"]["of"], written["turns"]["kept_aside"]["opening"]["of"]) == (2, 2)
    output = StringIO()
    show(card, Console(file=output, width=200))
    assert "3 vignettes worked with, 3 kept aside" in output.getvalue()
    for text in (json.dumps(written), page(card, knowledge), output.getvalue()):
        assert "kept" in text and "put-away" not in text


def test_those_kept_aside_break_no_bar_but_are_held_to_the_baseline(
    tmp_path: Path, knowledge: Knowledge, reader: Reader
) -> None:
    alone = card_of(tmp_path, ALL, knowledge, reader)
    folder_with(tmp_path, WRONG.replace("made-up", "put-away"), "held_out/some.yml")
    card = card_of(tmp_path, ALL, knowledge, reader)
    assert [bar.cleared for bar in bars(card)] == [bar.cleared for bar in bars(alone)]
    before = card.to_json()
    assert worse(card, before) == []
    before["scores"]["facts"]["kept_aside"]["under"]["hits"] = 0
    before["scores"]["message"]["kept_aside"]["emergency_recall"]["hits"] = 2
    calmer, lost = worse(card, before)
    assert calmer == "facts, kept aside: too calm were 0, are 1"
    assert lost.startswith("message, kept aside: emergencies recognised are 1/1")


class _Page(HTMLParser):
    """What the page loads from elsewhere, and which of its tables have headings."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.headless = 0
        self._heads = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag == "table":
            self._heads = 0
        self._heads += tag == "th" and ("scope", "col") in attrs
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.headless += tag == "table" and not self._heads


def test_the_command_writes_the_card(tmp_path: Path) -> None:
    folder, numbers, page = folder_with(tmp_path, WRONG), tmp_path / "out" / "card.json", tmp_path / "card.html"
    arguments = ["evaluate", "triage", "--data", str(folder), "--json", str(numbers), "--html", str(page), "--bars"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, result.output  # a bar is broken; everything is written all the same
    assert "3 vignettes" in result.output and "made-up-cheek" in result.output and "BROKEN" in result.output
    written = json.loads(numbers.read_text(encoding="utf-8"))
    assert written["scores"]["facts"]["worked_with"]["under"]["hits"] == 1
    assert written["turns"]["random"]["of"] > 0
    text = page.read_text(encoding="utf-8")
    parsed = _Page()
    parsed.feed(text)
    assert (parsed.open, parsed.loaded, parsed.headless) == ([], [], 0)
    assert "made-up-cheek" in text and "NaN" not in text and not re.search(r"https?://", text)


def test_faulty_vignettes_end_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = folder_with(tmp_path, ALL.replace("level: routine", "level: urgent"))
    result = CliRunner().invoke(app, ["evaluate", "triage", "--data", str(folder)])
    assert result.exit_code == 1
    said = result.stderr if result.stderr_bytes else capfd.readouterr().err
    assert 'signpost: some.yml:11: vignette "made-up-month": level is "urgent"' in said
