"""What became of asking the archive, beside an advice: kept to tell clinicians which answers are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SHOWN, RELATED, WITHHELD, NONE = "shown", "related", "withheld", "none"
OUTCOMES = (SHOWN, RELATED, WITHHELD, NONE)


@dataclass(frozen=True)
class Lookup:
    """One lookup. `outcome` is one of `OUTCOMES`: "related" where an entry was near and not the same, "none" where
    nothing was. `entry_id` and `score` are those of the entry that decided it; `because` is why it was withheld.
    """

    outcome: str
    entry_id: int | None = None
    score: float | None = None
    because: str | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON with every field; `from_json` reads it back to an equal lookup."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Lookup | None:
        """The lookup that `to_json` wrote; None for anything else, because no turn may fail for a lookup."""
        if not isinstance(data, Mapping) or data.get("outcome") not in OUTCOMES:
            return None
        entry_id, score, because = data.get("entry_id"), data.get("score"), data.get("because")
        return cls(
            data["outcome"],
            entry_id if isinstance(entry_id, int) else None,
            float(score) if isinstance(score, (int, float)) else None,
            because if isinstance(because, str) else None,
        )
