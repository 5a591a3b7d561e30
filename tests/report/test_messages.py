"""Texts and code are in step: every key that the code asks for is there, and every text is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.knowledge import load

TREE = Path(__file__).resolve().parents[2]
GROUPS = ("advice", "ask", "emergency", "level", "notice", "report", "request")


def asked_for() -> Iterator[re.Pattern[str]]:
    """A pattern for every string of the code that looks like a message key, its open places standing for anything."""
    for path in [*(TREE / "bot").rglob("*.py"), *(TREE / "actions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.compile(re.escape(node.value))
                yield re.compile(r"(notice|report|request)\." + re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(each.value) if isinstance(each, ast.Constant) else r"[\w.]+" for each in node.values]
                if "".join(parts) != r"[\w.]+":
                    yield re.compile(r"(report\.)?" + "".join(parts))
    for path in (TREE / "bot" / "web" / "templates").glob("report*.html"):
        for key, open_end in re.findall(r'texts\("([\w.]+)"( ~)?', path.read_text(encoding="utf-8")):
            yield re.compile(r"report\." + re.escape(key) + (r"[\w.]+" if open_end else ""))


def test_every_text_is_asked_for() -> None:
    patterns = list(asked_for())
    ours = [key for key in load().messages if key.split(".")[0] in GROUPS]
    assert ours
    assert [key for key in ours if not any(pattern.fullmatch(key) for pattern in patterns)] == []


def test_every_text_fits_a_small_screen() -> None:
    """Plain and short: no text of the conversation is longer than 400 characters."""
    messages = load().messages
    long = {key: len(messages.text(key)) for key in messages if key.split(".")[0] in GROUPS}
    assert {key: length for key, length in long.items() if length > 400} == {}
