"""The words by which redaction goes, as `redaction.yml` has them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).with_name("redaction.yml")

Found = tuple[int, int, str]
"""Where something begins and ends, and its kind."""


class Words:
    """The lists of the file: a text of words with spaces between them, or a list of patterns."""

    def __init__(self, lists: dict[str, Any]) -> None:
        self._lists = lists

    def of(self, name: str) -> list[str]:
        """The words or the patterns of a list, in their order."""
        given = self._lists[name]
        return [str(each) for each in given] if isinstance(given, list) else str(given).split()

    @property
    def marks(self) -> dict[str, str]:
        """What stands in a text in place of each kind."""
        return {str(kind): str(mark) for kind, mark in self._lists["marks"].items()}

    def any(self, *names: str) -> str:
        """A pattern that is any one of the words of some lists, the longest first."""
        return either(each for name in names for each in self.of(name))


def either(patterns: Iterable[str]) -> str:
    """A pattern that is any one of some."""
    return f"(?:{'|'.join(sorted(patterns, key=len, reverse=True))})"


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of the file."""
    return Words(yaml.safe_load(PATH.read_text(encoding="utf-8")))
