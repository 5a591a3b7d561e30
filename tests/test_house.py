"""The house: which room may import which, what Python may not name, and how long a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parent.parent
PYTHON = sorted([*(TREE / "bot").rglob("*.py"), *(TREE / "actions").rglob("*.py")])

FLOORS = [
    {"knowledge"},
    {"nlu", "triage"},
    {"interview"},
    {"archive", "records", "report"},
    {"actions", "evaluation"},
    {"dialogue"},
    {"channels", "web", "console"},
    {"cli"},
]
"""Rooms from the ground up. A room imports rooms of the floors below it, and the neighbours that NEIGHBOURS names."""

NEIGHBOURS = {("archive", "records"), ("report", "archive"), ("web", "console"), ("console", "web")} | {
    ("web", "channels"),
    ("channels", "web"),
}
"""Same-floor imports that are wanted: the archive lies in the records' database, the answer shows archived answers,
and the one public door also opens on the console and the platforms' webhooks, which take its limits and error words."""

GROUND = {"knowledge", "nlu", "triage", "interview"}
"""Rooms that know no settings: what they need is an argument."""

OPEN_TO_ALL = {"settings", "lines"}
"""Modules of bot/ that are no rooms."""

MEDICINE = re.compile(
    r"strokes?|palsy|palsies|twitch\w*|numb|numbness|tremors?|seizures?|epilep\w*|migraines?|bell.s|droop\w*|slurred|"
    r"paralys\w*|weakness|headaches?|dizz\w*|vertigo|faint\w*|fever\w*|cough\w*|rash\w*|chest pains?|heart attacks?|"
    r"cancers?|tumou?rs?|diabet\w*|asthma\w*|sepsis|meningitis|pneumonia|angina|blood pressure|hypertension|"
    r"botox|botulinum",
    re.IGNORECASE,
)


def room(name: str) -> str | None:
    """The room that a module's dotted name belongs to; None outside the house."""
    parts = name.split(".")
    if parts[0] == "actions":
        return "actions"
    return parts[1] if parts[0] == "bot" and len(parts) > 1 else None


def room_of(path: Path) -> str | None:
    return room(".".join(path.relative_to(TREE).with_suffix("").parts))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every import of a file, those inside functions and `if TYPE_CHECKING` included."""
    package = path.relative_to(TREE).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base if node.level else node.module}.{alias.name}") for alias in node.names)


def may_import(one: str, other: str) -> bool:
    """Whether room `one` may import from room `other`."""
    if one == other or (one, other) in NEIGHBOURS:
        return True
    if other in OPEN_TO_ALL:
        return one not in GROUND
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    return one in floor and other in floor and floor[other] < floor[one]


def test_imports_go_down() -> None:
    wrong = []
    for path in PYTHON:
        own = room_of(path)
        if own is None or own in OPEN_TO_ALL or own == "__init__":
            continue
        for line, name in imports(path):
            other = room(name)
            if other is not None and not may_import(own, other):
                wrong.append(f"{path.relative_to(TREE)}:{line}: {own} may not import {name}")
    assert wrong == []


def test_modules_that_are_no_rooms_import_no_room() -> None:
    for name in OPEN_TO_ALL:
        assert [other for _, other in imports(TREE / "bot" / f"{name}.py") if room(other)] == []


def test_every_room_has_its_floor() -> None:
    rooms = {path.name for path in (TREE / "bot").iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms - set().union(*FLOORS) == set()


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        ("interview", "triage", True),
        ("knowledge", "nlu", False),
        ("triage", "records", False),
        ("nlu", "triage", False),
        ("triage", "settings", False),
        ("archive", "settings", True),
        ("records", "dialogue", False),
        ("dialogue", "actions", True),
        ("web", "cli", False),
        ("evaluation", "interview", True),
        ("evaluation", "dialogue", False),
    ],
)
def test_the_rule_itself(one: str, other: str, allowed: bool) -> None:
    assert may_import(one, other) is allowed


@pytest.mark.parametrize("library", ["rasa", "rasa_sdk", "tensorflow", "starlette", "sqlalchemy", "alembic"])
def test_the_medical_core_knows_no_framework(library: str) -> None:
    core = [path for path in PYTHON if room_of(path) in GROUND]
    wrong = [
        f"{path.relative_to(TREE)}:{line}"
        for path in core
        for line, name in imports(path)
        if name.split(".")[0] == library
    ]
    assert wrong == []


def test_triage_has_no_clock_no_chance_and_no_network() -> None:
    forbidden = {"time", "random", "socket", "urllib", "requests", "httpx", "os", "subprocess"}
    for path in PYTHON:
        if room_of(path) == "triage":
            assert [name for _, name in imports(path) if name.split(".")[0] in forbidden] == [], path
            assert not re.search(r"\.(today|now|utcnow)\(", path.read_text(encoding="utf-8")), path


def test_python_names_no_medicine() -> None:
    wrong = []
    for path in PYTHON:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in re.finditer(rf"(?<![a-z])(?:{MEDICINE.pattern})(?![a-z])", line, re.IGNORECASE):
                wrong.append(f"{path.relative_to(TREE)}:{number}: {found.group()!r} belongs in knowledge/")
    assert wrong == []


def test_no_file_is_too_long() -> None:
    long = {str(path.relative_to(TREE)): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}
    assert [name for name in long if Path(name).name == "utils.py"] == []


def files() -> list[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TREE,
        capture_output=True,
        check=True,
    )
    return [TREE / name for name in listed.stdout.decode().split("\0") if name and (TREE / name).is_file()]


def test_the_tree_names_no_machine() -> None:
    # Written in two halves, so that this file does not find itself.
    machine = re.compile("(?<![\\w.}$-])(?:/wor" + "k/|/far" + "m/|/roo" + "t/|/home/[a-z]|/Users/[a-z])")
    wrong = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(text.splitlines(), 1):
            if machine.search(line):
                wrong.append(f"{path.relative_to(TREE)}:{number}: {line.strip()[:100]}")
    assert wrong == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    unwanted = re.compile(r"pytest\.(skip|x" + r"fail|importorskip)|mark\.(skip|x" + r"fail)")
    found = [
        str(path.relative_to(TREE)) for path in (TREE / "tests").rglob("*.py") if unwanted.search(path.read_text())
    ]
    assert found == []
