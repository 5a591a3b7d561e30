"""What is wrong with a knowledge file, so that its author can mend it: file, line, what was read, what is valid."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Iterable, Union

KeyPath = tuple[Union[str, int], ...]


@dataclass(frozen=True)
class Problem:
    """One fault: `file` relative to the knowledge folder, `keys` the way to the place inside it, and the words."""

    file: str
    keys: KeyPath
    message: str
    line: int = 0
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {'warning: ' if self.warning else ''}{self.message}"


class KnowledgeError(ValueError):
    """The knowledge cannot be read; `problem` says where and why."""

    def __init__(self, file: str, keys: KeyPath, message: str, line: int = 0) -> None:
        self.problem = Problem(file, keys, message, line)
        super().__init__(str(self.problem))


def nearest(word: str, valid: Iterable[str]) -> str:
    """A sentence that names the nearest valid name, or lists the valid ones where none is near.

    >>> nearest("sidde", ["side", "trend"])
    'Did you mean "side"?'
    """
    names = sorted(valid)
    close = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"Valid here: {listed}." if names else "Nothing is declared here yet."
