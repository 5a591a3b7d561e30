"""`signpost review export`: a patch that git applies, with provenance and nothing that leads to a conversation."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bot.archive.importing import import_paths
from bot.cli import app
from bot.console.export import TREE, export, initials
from bot.knowledge import Knowledge
from bot.knowledge import load as load_knowledge
from bot.records.audit import COMMAND_LINE, Audit
from bot.records.conversations import Conversations
from bot.settings import Settings
from tests.console.judged import HOSTILE, change, content, draft, judge, talk
from tests.console.people import somebody
from tests.dialogue.scenario import load
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=timezone.utc)
FOLDERS = ("knowledge", "data/nlu", "tests/dialogue/scenarios")
GOOD = "name: 'A \"lid\" {of}: # one', facts: {drooping_eyelid: present, person.age: 45}, expect: fires"
BAD = GOOD.replace("fires", "denied")

Make = Callable[..., str]


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check of the whole knowledge, which takes seconds, where a test is about something else."""
    monkeypatch.setattr("bot.console.export.check", lambda *_: [])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the parts of the tree that a patch changes."""
    for folder in FOLDERS:
        shutil.copytree(TREE / folder, tmp_path / "tree" / folder)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "tree", check=True)
    return tmp_path / "tree"


@pytest.fixture
def make(client: TestClient, conversations: Conversations, knowledge: Knowledge) -> Make:
    """Makes an approved draft of a kind; `text` in place of its own."""
    ada, ben = somebody(client, "lead", "ada"), somebody(client, "knowledge_owner", "ben")
    one = talk(conversations, knowledge)
    assert judge(ada, one, level_verdict="right", done="1", comment=HOSTILE, more_tags="<b>").status_code == 303

    def made(kind: str, text: str = "", approve: bool = True) -> str:
        path = draft(ada, one, kind)
        if kind == "entry" and not text:
            text = json.dumps({**json.loads(content(ada, path)), "reply": f"See a doctor. {HOSTILE}", "id": "evil"})
        if text:
            assert change(ada, path, content=text).status_code == 303
        if approve:
            done = change(ben, path, "approve")
            assert done.status_code == 303, done.text
        return path.rpartition("/")[2]

    return made


def case(rule: str, text: str) -> str:
    return f"rules:\n  {rule}:\n    cases:\n      - {{{text}}}\n"


def apply(patch: Path, tree: Path) -> list[str]:
    """Applies a patch with git; gives the files that it changes."""
    subprocess.run(["git", "apply", "--verbose", "--whitespace=error-all", str(patch)], cwd=tree, check=True)
    return re.findall(r"^diff --git a/(\S+)", patch.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.usefixtures("unchecked")
def test_all_kinds_apply_and_load(make: Make, engine: Engine, settings: Settings, tree: Path, tmp_path: Path) -> None:
    cases = [case("et-r5", GOOD), case("ft-r11.spreading", GOOD.replace("fires", "unknown")), case("et-r5", GOOD)]
    numbers = [make("rule_case", text) for text in cases]
    numbers += [make(kind) for kind in ("nlu", "scenario", "entry", "entry")]
    waiting = make("nlu", approve=False)
    ours = replace(settings, knowledge_path=tree / "knowledge")
    result = export(engine, ours, tmp_path / "out", NOW, tree)
    assert list(map(str, result.exported)) == numbers and result.refused == [] and waiting not in numbers
    assert result.patch is not None and result.patch.name == "signpost-review-2026-07-01.patch"
    files = apply(result.patch, tree)
    assert sorted(files) == sorted(
        [
            f"data/nlu/reviewed/draft_{numbers[3]}.yml",
            "knowledge/archive/reviewed/entries.jsonl",
            "knowledge/rules/eyelid-twitching.yml",
            "knowledge/rules/facial-twitching.yml",
            f"tests/dialogue/scenarios/reviewed_{numbers[4]}.yml",
        ]
    )
    assert result.status == 0
    [line] = [row for row in Audit(engine, settings.secret or "").every() if row.action == "export"]
    assert (line.actor, line.object, line.detail) == (COMMAND_LINE, "drafts", {"count": len(numbers)})
    loaded = load_knowledge(tree / "knowledge").rules
    assert loaded["et-r5"].cases[-1].expect == "fires" and loaded["ft-r11.spreading"].cases[-1].expect == "unknown"
    rules = yaml.safe_load((tree / files[2]).read_text())["rules"]
    assert [each["name"] for each in rules["et-r5"]["cases"][-2:]] == ['A "lid" {of}: # one'] * 2
    before = (TREE / files[2]).read_text().splitlines()
    after = (tree / files[2]).read_text().splitlines()
    assert [line for line in after if "review draft" not in line and "{of}" not in line] == before
    assert any(each.name.startswith("seen in a review") for each in load(tree / "tests/dialogue/scenarios"))
    assert import_paths([tree / "knowledge/archive/reviewed"], engine).imported == 1, "the same words twice are one"
    again = export(engine, ours, tmp_path / "out", NOW, tree)
    assert again.patch is None and again.status == 0


@pytest.mark.usefixtures("unchecked")
def test_provenance_names_nobody_and_no_conversation(
    make: Make, engine: Engine, settings: Settings, knowledge: Knowledge, tmp_path: Path
) -> None:
    for kind in ("nlu", "scenario", "entry"):
        make(kind)
    make("rule_case", case("et-r5", GOOD))
    patch = export(engine, settings, tmp_path, NOW).patch
    assert patch is not None
    text = patch.read_text(encoding="utf-8")
    assert "cccc" not in text and not re.search(r"\b(ada|ben|brown|5678)\b", text, re.IGNORECASE)
    origins = [line for line in text.splitlines() if line.startswith("+") and "review draft" in line]
    assert len(origins) == 4
    for line in origins:
        assert re.search(r"review draft \d+ by A\. \d{4}-\d\d-\d\d, approved by B\. \d{4}-\d\d-\d\d", line)
        assert f"seen with knowledge {knowledge.version[:10]}" in line
    assert '"id": "evil"' not in text


@pytest.mark.usefixtures("unchecked")
def test_a_draft_whose_rule_is_gone_stays(
    make: Make, engine: Engine, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    first, second = make("rule_case", case("et-r5", GOOD)), make("nlu")
    file = tree / "knowledge/rules/eyelid-twitching.yml"
    file.write_text(file.read_text().replace("  et-r5:", "  et-r5x:"))
    result = export(engine, replace(settings, knowledge_path=tree / "knowledge"), tmp_path, NOW, tree)
    assert [number for number, _ in result.refused] == [int(first)] and "et-r5" in result.refused[0][1]
    assert result.exported == [int(second)] and result.status == 1


@pytest.mark.usefixtures("unchecked")
def test_an_earlier_patch_is_not_written_over(make: Make, engine: Engine, settings: Settings, tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        make("nlu")
        names.append(export(engine, settings, tmp_path, NOW).patch)
    assert [path.name for path in names if path] == [
        "signpost-review-2026-07-01.patch",
        "signpost-review-2026-07-01-2.patch",
    ]


@pytest.mark.usefixtures("unchecked")
def test_two_exports_at_once_take_each_draft_once(
    make: Make, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    numbers = [int(make("nlu")) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: export(engine, settings, tmp_path, NOW), range(3)))
    assert sorted(number for result in results for number in result.exported) == numbers


def test_the_command(make: Make, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_HOME", str(tmp_path / "home"))
    run: Any = lambda: CliRunner().invoke(  # noqa: E731
        app, ["review", "export", str(tmp_path / "out"), "--database", settings.database_url]
    )
    nothing = run()
    assert nothing.exit_code == 0 and "no approved draft" in nothing.output
    make("rule_case", case("et-r5", BAD))
    failing = run()
    assert (
        failing.exit_code == 1 and "expected denied of rule et-r5" in failing.output and "git apply" in failing.output
    )
    assert run().exit_code == 0, "all have left"


def test_initials() -> None:
    assert [initials(name) for name in ("Ada Brown", "ben", "", "Ö 7", "# {x}")] == ["A.B.", "B.", "?", "Ö.7.", "?"]
