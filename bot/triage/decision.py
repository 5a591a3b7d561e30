"""A decision: the level, the rules behind it, what is still open, and what would change it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Mapping, Optional


@dataclass(frozen=True)
class Fired:
    """A rule that holds. `because` are the keys that made it hold; `caution` marks one that holds only because a red
    flag stayed unknown after it was asked twice, with the level then reduced as the design says."""

    id: str
    version: int
    level: str
    sources: tuple[str, ...]
    reviewed: Optional[str]
    because: tuple[str, ...]
    caution: bool = False


@dataclass(frozen=True)
class WouldChange:
    """One more thing that, if it were so, would raise the level to `level`: a finding with the limits of the rule."""

    finding: str
    level: str
    rule: str
    onset: Optional[str] = None
    trend: Optional[str] = None
    over: Optional[float] = None


@dataclass(frozen=True)
class Decision:
    """The outcome of the rules for one case.

    `level` is the highest that what was said supports, `could_become` the highest that open questions still allow.
    `open` gives, for each key still unknown, the highest level it could lead to. `covered` tells why the level is
    what it is where no rule speaks: "yes", "no", or "child" (the rules are for people of 16 and over).
    """

    level: str
    could_become: str
    topics: tuple[str, ...]
    fired: tuple[Fired, ...]
    open: Mapping[str, str]
    would_change: tuple[WouldChange, ...]
    covered: str
    knowledge_version: str

    def to_json(self) -> dict[str, Any]:
        """Plain data with every field."""
        data = asdict(self)
        data["open"] = dict(sorted(self.open.items()))
        return data

    def canonical(self) -> bytes:
        """The one byte form of the decision, which a replay must reproduce."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
