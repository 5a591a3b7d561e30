"""The commands for those who own the rules: `knowledge graph`, `explain`, `replay --against-current`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.knowledge import Knowledge
from bot.knowledge.graph import topics
from tests.test_cli import Command, one_error_line, signpost

__all__ = ["signpost"]


def fires(knowledge: Knowledge) -> tuple[str, dict[str, object]]:
    """An emergency rule and the facts of its first case that fires."""
    rules = (rule for rule in knowledge.rules.values() if rule.level == "emergency")
    return next(
        (rule.id, dict(case.facts)) for rule in rules for case in rule.cases if case.expect == "fires" and case.facts
    )


def test_facts_from_a_file_or_standard_input(signpost: Command, knowledge: Knowledge, tmp_path: Path) -> None:
    rule, facts = fires(knowledge)
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(facts), encoding="utf-8")
    by_file = signpost("explain", "--facts", str(file), "--json")
    by_input = signpost("explain", "--facts", "-", "--json", given=json.dumps(facts))
    assert by_file.returncode == 0 and by_file.stdout == by_input.stdout
    data = json.loads(by_file.stdout)
    assert data["level"] == "emergency" and rule in [fired["id"] for fired in data["rules"]["fired"]]
    shown = signpost("explain", "--facts", str(file)).stdout
    assert shown.startswith("emergency") and "\nNearly fired: " in shown


def test_facts_that_cannot_be_read_are_one_line(signpost: Command, tmp_path: Path) -> None:
    assert "standard input: unknown finding" in one_error_line(
        signpost("explain", "--facts", "-", given="nobody: present")
    )
    assert "there are no facts" in one_error_line(signpost("explain", "--facts", "-"))
    assert "No such file" in one_error_line(signpost("explain", "--facts", str(tmp_path / "none.yml")))
    assert '--on is "May"' in one_error_line(signpost("explain", "--facts", "-", "--on", "May", given="a: b"))


def test_a_topic_as_dot_and_as_svg(signpost: Command, knowledge: Knowledge, tmp_path: Path) -> None:
    topic = topics(knowledge)[0]
    assert signpost("knowledge", "graph", topic, "--format", "dot").stdout.startswith("digraph")
    picture = tmp_path / "topic.svg"
    assert signpost("knowledge", "graph", topic, "--output", str(picture)).returncode == 0
    assert "<svg" in picture.read_text(encoding="utf-8")
    assert "Did you mean" in one_error_line(signpost("knowledge", "graph", topic + "x"))
    assert "Valid here: svg, dot" in one_error_line(signpost("knowledge", "graph", topic, "--format", "png"))


def test_without_graphviz_there_is_dot_all_the_same(signpost: Command, knowledge: Knowledge, tmp_path: Path) -> None:
    topic = topics(knowledge)[0]
    assert "apt-get install graphviz" in one_error_line(signpost("knowledge", "graph", topic, PATH=str(tmp_path)))
    assert signpost("knowledge", "graph", topic, "--format", "dot", PATH=str(tmp_path)).returncode == 0


def test_an_empty_database_has_nothing_that_would_change(signpost: Command, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert "there is no database" in one_error_line(signpost("replay", "--against-current", "--database", url))
    signpost("archive", "search", "--json", "--database", url)
    run = signpost("replay", "--against-current", "--database", url)
    assert run.returncode == 0 and "0 of 0 decisions would change" in run.stdout


@pytest.mark.parametrize("flags", [["--json"], ["--on", "2026-12-01"]])
def test_flags_that_need_another_say_so(signpost: Command, flags: list[str]) -> None:
    assert "go with --against-current" in one_error_line(signpost("replay", *flags))
