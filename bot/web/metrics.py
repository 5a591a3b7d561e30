"""Counters in Prometheus' text form. Labels are kinds, levels and codes of ours: never anything that a person wrote."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

_HELP = {
    "conversations": "Conversations opened.",
    "feedback": "Replies that a person said helped, or did not.",
    "erased": "Conversations erased at a person's request.",
    "replies": "Replies given, by kind and by level of the advice.",
    "webhooks": "Deliveries of messaging platforms, by platform and by what became of them.",
    "errors": "Requests refused or failed, by code.",
}
_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Counts since the process started, and a histogram of the seconds that a turn took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, dict[tuple[tuple[str, str], ...], int]] = {name: defaultdict(int) for name in _HELP}
        self._buckets = [0] * len(_BOUNDS)
        self._seconds = 0.0
        self._turns = 0

    def count(self, name: str, **labels: str) -> None:
        """Add one to the counter `name` (a key of the help texts) with these labels."""
        with self._lock:
            self._counts[name][tuple(sorted(labels.items()))] += 1

    def turn(self, seconds: float) -> None:
        """Note how long one turn took."""
        with self._lock:
            self._seconds += seconds
            self._turns += 1
            for place, bound in enumerate(_BOUNDS):
                self._buckets[place] += seconds <= bound

    def text(self) -> str:
        """All of it, in Prometheus' text exposition format 0.0.4."""
        lines: list[str] = []
        with self._lock:
            for name, counts in self._counts.items():
                lines += [f"# HELP signpost_{name}_total {_HELP[name]}", f"# TYPE signpost_{name}_total counter"]
                for labels, number in sorted(counts.items()) or [((), 0)]:
                    said = ",".join(f'{label}="{_escape(value)}"' for label, value in labels)
                    lines.append(
                        f"signpost_{name}_total{{{said}}} {number}" if said else f"signpost_{name}_total {number}"
                    )
            lines += ["# HELP signpost_turn_seconds Seconds from a message to its replies."]
            lines += ["# TYPE signpost_turn_seconds histogram"]
            for bound, number in zip(_BOUNDS, self._buckets):
                lines.append(f'signpost_turn_seconds_bucket{{le="{bound}"}} {number}')
            lines.append(f'signpost_turn_seconds_bucket{{le="+Inf"}} {self._turns}')
            lines.append(f"signpost_turn_seconds_sum {self._seconds:.6f}")
            lines.append(f"signpost_turn_seconds_count {self._turns}")
        return "\n".join(lines) + "\n"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
