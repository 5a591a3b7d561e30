"""How much and how often: the size of a body, and the rate of messages by conversation and by address."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Callable

# 20,000 characters of any script, each written as \uXXXX\uXXXX in JSON, still reach the desk and are screened there.
BODY_BYTES = 256 * 1024
# Seconds until a body must have come; a slow telephone sends a long message in less.
BODY_SECONDS = 20


@dataclass(frozen=True)
class Rate:
    """A token bucket's measure: at most `burst` at once, then `per_second`."""

    burst: float
    per_second: float


CONVERSATION = Rate(burst=60, per_second=1)
# One address may be a whole clinic behind one router, so this only stops floods.
ADDRESS = Rate(burst=1200, per_second=20)
PASSWORD = Rate(burst=10, per_second=1 / 30)


class Limiter:
    """Token buckets in memory, one for each key; the least recently used are forgotten beyond `size` keys."""

    def __init__(self, rate: Rate, size: int = 50_000, clock: Callable[[], float] = monotonic) -> None:
        self.rate = rate
        self._size = size
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Whole seconds until `key` may go on; 0 if it may now."""
        level, _ = self._level(key)
        return 0 if level >= 1 else max(1, math.ceil((1 - level) / self.rate.per_second))

    def take(self, key: str) -> int:
        """Take one from the bucket of `key`. Returns 0 if there was one, else the seconds to wait (none is taken)."""
        level, now = self._level(key)
        seconds = self.wait(key)
        if not seconds:
            self._buckets[key] = (level - 1, now)
            self._buckets.move_to_end(key)
            while len(self._buckets) > self._size:
                self._buckets.popitem(last=False)
        return seconds

    def _level(self, key: str) -> tuple[float, float]:
        now = self._clock()
        level, then = self._buckets.get(key, (self.rate.burst, now))
        return min(self.rate.burst, level + (now - then) * self.rate.per_second), now
