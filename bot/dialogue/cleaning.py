"""A text as a person typed it, made safe to read and to store: nothing that can be seen is changed."""

from __future__ import annotations

import unicodedata
from typing import Optional

# Zero-width joiners hold emoji and some scripts together; every other invisible character could hide a word.
_JOINERS = "\u200c\u200d"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: Optional[str]) -> str:
    """The text in NFC, without control and invisible characters (line breaks and tabs stay), trimmed; "" for None."""
    shown = "".join(character for character in text or "" if _stays(character))
    return unicodedata.normalize("NFC", shown).strip()


def _stays(character: str) -> bool:
    return character in "\n\t" or character in _JOINERS or unicodedata.category(character) not in _HIDDEN
