"""Entries whose questions are nearly the same text: found by MinHash, and then compared word by word.

A question is the set of its threes of neighbouring words. Two are nearly the same where at least ALIKE of all their
threes are in both. Comparing every two of 100,000 questions would take days: of each, BANDS hashes are kept that two
alike questions very likely have one of in common (99.8 % at ALIKE, more above), and only such pairs are compared.
After Broder, "On the resemblance and containment of documents", 1997.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.archive.links import EXTRACT
from bot.records.models import archive_entries as entries

ALIKE = 0.8
BANDS, ROWS = 12, 4
# Questions made from one template share bands with thousands: so many are kept for a band, and so many compared.
MOST_IN_BAND, MOST_COMPARED = 4, 16
_LOADED_AT_ONCE = 1_000

_WORD = re.compile(r"\w+")
_random = np.random.RandomState(1)
_TIMES = _random.randint(1, 2**62, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_PLUS = _random.randint(0, 2**62, BANDS * ROWS, dtype=np.uint64)
_MIX = _random.randint(1, 2**62, (BANDS, ROWS), dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def threes(question: str) -> frozenset[tuple[str, ...]]:
    """The threes of neighbouring words, whatever their case; of a shorter text all its words as one."""
    words = _WORD.findall(question.casefold())
    return frozenset(zip(words, words[1:], words[2:])) if len(words) > 2 else frozenset([tuple(words)])


def likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """What part of all threes is in both questions, from 0 to 1 (the Jaccard index)."""
    return len(one & other) / len(one | other)


def bands(found: frozenset[tuple[str, ...]], doctor: str | None) -> list[int]:
    """The hashes of a question's threes by which alike ones are found. Different doctors have none in common:
    what two doctors said to one question are two answers."""
    hashes = np.array([zlib.crc32(" ".join(three).encode()) for three in found], dtype=np.uint64)
    least = ((hashes[:, None] * _TIMES + _PLUS) >> np.uint64(32)).min(axis=0).reshape(BANDS, ROWS)
    own = np.uint64(zlib.crc32(_signer(doctor).encode()) << 32)
    # Which band it is, is in the hash already: every band has its own factors.
    mixed: list[int] = ((least * _MIX).sum(axis=1, dtype=np.uint64) ^ own).tolist()
    return mixed


def same_signer(one: str | None, other: str | None) -> bool:
    """Whether two replies are signed by the same name, or neither by any."""
    return _signer(one) == _signer(other)


class NearIndex:
    """Which entries have which bands, in memory: about one kilobyte an entry. Those that are near another are not
    in it, so that the other stands for all of them."""

    def __init__(self) -> None:
        self._at: dict[int, tuple[int, ...]] = {}
        self._loaded = False

    def load(self, connection: Connection) -> None:
        """Takes in the entries that are stored, the first time it is called. 100,000 take some ten seconds."""
        if self._loaded:
            return
        query = (
            select(entries.c.id, entries.c.question, entries.c.doctor)
            .where(entries.c.near_id.is_(None), ~entries.c.source_id.startswith(EXTRACT))
            .order_by(entries.c.id)
            .execution_options(stream_results=True)
        )
        for rows in connection.execute(query).partitions(_LOADED_AT_ONCE):
            for row in rows:
                self.add(row.id, bands(threes(row.question), row.doctor))
        self._loaded = True

    def add(self, entry_id: int, own: Sequence[int]) -> None:
        """Takes in an entry by its bands."""
        alone = (entry_id,)
        for band in own:
            there = self._at.get(band)
            if there is None:
                self._at[band] = alone
            elif entry_id not in there and len(there) < MOST_IN_BAND:
                self._at[band] = (*there, entry_id)

    def candidates(self, own: Sequence[int]) -> list[int]:
        """The entries that have bands in common with these, the most in common first, then the oldest."""
        shared = Counter(entry_id for band in own for entry_id in self._at.get(band, ()))
        return sorted(shared, key=lambda entry_id: (-shared[entry_id], entry_id))[:MOST_COMPARED]


def _signer(doctor: str | None) -> str:
    return " ".join(_WORD.findall((doctor or "").casefold()))
