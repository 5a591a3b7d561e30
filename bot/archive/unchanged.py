"""How long an archive is taken to be as it was: a large one is not looked through at every question."""

from __future__ import annotations

import time
from typing import Final

# Seconds, and entries from which on an archive is large.
SECONDS: Final = 2.0
LARGE: Final = 5_000


class Unchanged:
    """Remembers when an archive was last looked at."""

    def __init__(self) -> None:
        self._looked_at = -SECONDS

    def unchanged(self, entries: int) -> bool:
        """Whether an archive of so many entries was looked at so lately that it counts as unchanged; else it is taken
        to be looked at now."""
        now = time.monotonic()
        if entries >= LARGE and now - self._looked_at < SECONDS:
            return True
        self._looked_at = now
        return False
