"""JSON in its one canonical spelling, and texts as every database takes them."""

from __future__ import annotations

import json
import re
from typing import Any

# Half of a character, as a broken client may send it: no encoding can say it, so it is written as its escape.
_HALF = re.compile("[\ud800-\udfff]")
# What PostgreSQL cannot keep in a text, and what UTF-8 cannot say.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def canonical(value: Any) -> str:
    """`value` as JSON with sorted keys and no spaces: the same value is always the same bytes in UTF-8.

    Raises ValueError for what JSON cannot say, such as NaN.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def storable(text: str) -> str:
    """`text` with each character that some database cannot keep replaced by the replacement character."""
    return _NOT_STORABLE.sub("\ufffd", text)
