"""Many values in few statements: a database takes no list of any length."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

# Older builds of SQLite take 999 values in a statement.
LONGEST = 900
T = TypeVar("T")


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """`values` in lists that fit into one statement each; nothing for none."""
    rest = iter(values)
    while chunk := list(islice(rest, LONGEST)):
        yield chunk
