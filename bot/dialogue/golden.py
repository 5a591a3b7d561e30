"""The self test: a few messages whose intent, or whose level, is beyond doubt."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Callable, Protocol

import yaml

GOLDEN = Path(__file__).with_suffix(".yml")


class ReadsIntents(Protocol):
    """Whatever reads the intent of a text: `bot.dialogue.agent.Dialogue`."""

    async def intent(self, text: str) -> str:
        """The intent's name."""


async def misread(dialogue: ReadsIntents) -> list[str]:
    """The golden messages that the model gets wrong, each with what it read. Empty where the model is good."""
    wrong = []
    for golden in _having("intent"):
        try:
            intent = await dialogue.intent(golden["text"])
        except Exception as error:
            # An untrained classifier raises whatever its library raises: all of it means that the model is no good.
            intent = type(error).__name__
        if intent != golden["intent"]:
            wrong.append(f"{golden['text']!r}: {intent}, not {golden['intent']}")
    return wrong


def misjudged(level_of: Callable[[str], str]) -> list[str]:
    """The golden messages whose level is not what it must be, each with what came out. `level_of` screens a text."""
    wrong = []
    for golden in _having("level"):
        try:
            level = level_of(golden["text"])
        except Exception as error:
            # Whatever breaks the screen breaks it for everyone: the server is not ready.
            level = type(error).__name__
        if level != golden["level"]:
            wrong.append(f"{golden['text']!r}: {level}, not {golden['level']}")
    return wrong


@cache
def _having(what: str) -> tuple[dict[str, Any], ...]:
    return tuple(each for each in yaml.safe_load(GOLDEN.read_text(encoding="utf-8")) if what in each)
