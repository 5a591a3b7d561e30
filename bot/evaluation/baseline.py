"""The committed numbers, which later ones must not fall behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.triage import Scorecard


def worse(card: Scorecard, baseline: Mapping[str, Any]) -> list[str]:
    """What is worse than the baseline (the JSON of an earlier card): in words, with the vignettes at fault.

    More vignettes too calm, more emergencies missed, or a baseline of other vignettes, in any way of measuring.
    """
    if baseline["vignettes"]["fingerprint"] != card.fingerprint:
        return ["the vignettes are not those of the committed numbers: run `make evaluate` and commit docs/evaluation"]
    found = []
    for way, score in card.scores.items():
        before = baseline["scores"][way]
        known = {each["id"] for each in before["wrong"]}
        fresh = ", ".join(each.id for each in score.under_ones if each.id not in known) or "the same ones, further off"
        if score.under.hits > before["all"]["under"]["hits"]:
            found.append(f"{way}: too calm were {before['all']['under']['hits']}, are {score.under.hits}: {fresh}")
        if score.emergency_recall.hits < before["all"]["emergency_recall"]["hits"]:
            lost = score.emergency_recall
            found.append(f"{way}: emergencies recognised are {lost}, were {before['all']['emergency_recall']['hits']}")
    return found
