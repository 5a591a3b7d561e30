"""The payloads that Rasa reads: a message that starts with "/". Only those behind our own buttons are let through."""

from __future__ import annotations

import json
import re
from typing import Optional

# Exactly what `payload` writes: the intent of a message with facts, and one value of an offered choice.
_OFFERED = re.compile(r'/inform\{"choice": "([\w.:-]{1,80})"\}')
_SLASHES = re.compile(r"^[\s/]*/")


def payload(value: str) -> str:
    """The payload of a button for a choice, for channels of Rasa's own."""
    return f"/inform{json.dumps({'choice': value})}"


def choice_of(text: str) -> Optional[str]:
    """The value of the choice that a payload of ours carries, or None for any other text."""
    match = _OFFERED.fullmatch(text.strip())
    return match.group(1) if match else None


def is_offered(text: str) -> bool:
    """Whether the text is a payload of the form that our buttons have."""
    return choice_of(text) is not None


def without_slash(text: str) -> str:
    """The text with spaces for what would make Rasa take it for a payload; every other character keeps its place."""
    return _SLASHES.sub(lambda match: " " * len(match.group()), text)
