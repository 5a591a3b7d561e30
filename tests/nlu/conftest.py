"""How the tests of the reading read."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.reader import Reader
from bot.nlu.reading import Mention, Reading

AS_OF = date(2026, 6, 18)


@pytest.fixture
def said(reader: Reader):
    """Reads a text and gives its mentions by finding."""

    def read(text: str) -> dict[str, Mention]:
        return {mention.finding: mention for mention in reader.read(text, AS_OF).mentions}

    return read


@pytest.fixture
def read(reader: Reader):
    """Reads a text as of the day of the tests."""

    def of(text: str) -> Reading:
        return reader.read(text, AS_OF)

    return of
