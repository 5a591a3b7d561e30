"""The self test of a loaded model: a few messages whose intent is beyond doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import yaml

GOLDEN = Path(__file__).with_suffix(".yml")


class ReadsIntents(Protocol):
    """Whatever reads the intent of a text: `bot.dialogue.agent.Dialogue`."""

    async def intent(self, text: str) -> str:
        """The intent's name."""


async def misread(dialogue: ReadsIntents) -> list[str]:
    """The golden messages that the model gets wrong, each with what it read. Empty where the model is good."""
    wrong = []
    for golden in yaml.safe_load(GOLDEN.read_text(encoding="utf-8")):
        try:
            intent = await dialogue.intent(golden["text"])
        except Exception as error:
            # An untrained classifier raises whatever its library raises: all of it means that the model is no good.
            intent = type(error).__name__
        if intent != golden["intent"]:
            wrong.append(f"{golden['text']!r}: {intent}, not {golden['intent']}")
    return wrong
