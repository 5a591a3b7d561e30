"""A knowledge of a few findings with letters for names, to look at one part of the engine at a time."""

from __future__ import annotations

import copy
from typing import Any

_FINDINGS: dict[str, Any] = {
    "alpha": {"label": "alpha", "kind": "symptom", "say": ["alpha"]},
    "beta": {"label": "beta", "kind": "symptom", "say": ["beta"]},
    "gamma": {"label": "gamma", "kind": "symptom", "say": ["gamma"]},
    "eased": {"label": "eased", "kind": "calming", "calms": True, "say": ["eased"]},
    "other": {"label": "other", "kind": "complaint", "say": ["other"]},
    # A whole with two kinds, of which one has a denial of its own.
    "whole": {"label": "whole", "kind": "symptom"},
    "kind": {"label": "kind", "kind": "symptom", "broader": ["whole"], "say": ["kind"]},
    "proud": {"label": "proud", "kind": "symptom", "broader": ["whole"], "own_denial": True, "say": ["proud"]},
}
_QUESTION = {"text": "a", "again": "b", "why": "c"}
_LINES = [{"text": "a", "sources": ["BOOK"]}]


def tiny(**rules: dict[str, Any]) -> dict[str, Any]:
    """Documents for `build`: the findings above, alpha as the complaint of a topic, beta, gamma, the whole and how
    things came on as red flags, and the rules given (each a mapping with at least `when`)."""
    full = {
        name: {"version": 1, "level": "routine", "why": "w", "sources": ["BOOK"], "valid_from": "2026-01-01", **rule}
        for name, rule in rules.items()
    }
    return {
        "findings/all.yml": copy.deepcopy(_FINDINGS),
        "rules/all.yml": {"topic": "letters", "rules": full or {"none": {**_any(), "when": {"has": "alpha"}}}},
        "topics/letters.yml": {
            "label": "Letters",
            "complaints": ["alpha"],
            **{part: _LINES for part in ("causes", "self_care", "doctor")},
            "specialty": "s",
            "safety_net": {"uncertain": "u", "watch_for": ["w"], "how_to_get_help": "h", "how_long": "l"},
        },
        "interview.yml": {
            "budget": 2,
            "questions": {
                "flags": {**_QUESTION, "red_flag": True, "findings": ["beta", "gamma", "kind", "proud"]},
                "onset": {**_QUESTION, "red_flag": True, "attribute": "onset"},
                "lasting": {**_QUESTION, "red_flag": False, "attribute": "lasting"},
            },
        },
        "sources.yml": {
            "BOOK": {
                **{name: "x" for name in ("organisation", "title", "year", "section")},
                "grade": "A",
                "checked": "2026-01-01",
                "review_by": "2027-01-01",
            }
        },
    }


def _any() -> dict[str, Any]:
    return {"version": 1, "level": "routine", "why": "w", "sources": ["BOOK"], "valid_from": "2026-01-01"}
