"""The hazard log is true: every test and every file that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent
LOG = (TREE / "docs" / "safety" / "hazard-log.md").read_text(encoding="utf-8")
ROWS = {cells[0]: cells[1:] for line in LOG.splitlines() if (cells := line.strip("| ").split(" | "))[0][:1] == "H"}
GAPS: set[str] = set()
"""Hazards whose control is still to come. The log says so, and so does docs/safety/not-covered.md."""


def test_there_are_hazards_and_their_numbers_follow_one_another() -> None:
    assert len(ROWS) >= 20
    assert list(ROWS) == [f"H{number:02}" for number in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize("hazard", ROWS)
def test_every_hazard_has_all_its_parts(hazard: str) -> None:
    _, cause, severity, control, where, shown_by, left = ROWS[hazard]
    assert severity in ("catastrophic", "critical", "serious", "minor")
    assert all((cause, control, where, shown_by, left))


@pytest.mark.parametrize("hazard", ROWS)
def test_every_test_that_is_named_exists(hazard: str) -> None:
    named = re.findall(r"`(tests/[^`]+)::(\w+)`", ROWS[hazard][5])
    assert named or ROWS[hazard][0] in GAPS
    for file, name in named:
        defined = [
            node.name
            for node in ast.walk(ast.parse((TREE / file).read_text(encoding="utf-8")))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        assert name in defined, f"{hazard}: {file}::{name}"


@pytest.mark.parametrize("hazard", ROWS)
def test_every_control_stands_in_a_file_that_exists(hazard: str) -> None:
    files = re.findall(r"`([^`]+)`", ROWS[hazard][4])
    assert files and [name for name in files if not (TREE / name).exists()] == []


def test_what_is_not_controlled_is_admitted() -> None:
    gaps = (TREE / "docs" / "safety" / "not-covered.md").read_text(encoding="utf-8")
    assert {cells[0] for cells in ROWS.values() if "::" not in cells[5]} == GAPS
    assert all(gap in gaps for gap in GAPS)
