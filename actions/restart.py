"""Whether a text is nothing but a wish, above all to start again. The classifier alone is not believed.

A case may hold an emergency, and to the classifier "it has started again" looks much like "start again". So every word
must be one that the examples of the intent use; what is more than that is something told, and the case stays.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

EXAMPLES = Path(__file__).resolve().parents[1] / "data" / "nlu"
INTENT = "restart"
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


def asks_to_restart(text: str) -> bool:
    """Whether each word of the text occurs in the examples of `restart`; False for a text without words."""
    return only_asks(text, INTENT)


def only_asks(text: str, intent: str) -> bool:
    """Whether each word of the text occurs in the examples of the intent, which has a file of its own in data/nlu."""
    words = _words(text)
    return bool(words) and words <= _vocabulary(intent)


@lru_cache(maxsize=8)
def _vocabulary(intent: str) -> frozenset[str]:
    entries = yaml.safe_load((EXAMPLES / f"{intent}.yml").read_text(encoding="utf-8"))["nlu"]
    return frozenset().union(*(_words(entry["examples"]) for entry in entries if entry.get("intent") == intent))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("\u2019", "'") for word in _WORD.findall(text.lower()))
