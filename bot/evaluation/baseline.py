"""The committed numbers, which later ones must not fall behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.triage import Scorecard


def worse(card: Scorecard, baseline: Mapping[str, Any]) -> list[str]:
    """What is worse than the baseline (the JSON of an earlier card): in words, with the vignettes at fault.

    More vignettes too calm, more emergencies missed, or a baseline of other vignettes, in any way of measuring. Both
    parts are held to it, but of those kept aside none is named.
    """
    if baseline["vignettes"]["fingerprint"] != card.fingerprint:
        return ["the vignettes are not those of the committed numbers: run `make evaluate` and commit docs/evaluation"]
    found = []
    for way in card.scores:
        known = {each["id"] for each in baseline["scores"][way]["wrong"]}
        for part, name in (("worked_with", way), ("kept_aside", f"{way}, kept aside")):
            before, score = baseline["scores"][way][part], card.part(way, aside=part == "kept_aside")
            if score.under.hits > before["under"]["hits"]:
                fresh = [each.id for each in score.under_ones if each.id not in known and not each.aside]
                named = f": {', '.join(fresh)}" if fresh else ""
                found.append(f"{name}: too calm were {before['under']['hits']}, are {score.under.hits}{named}")
            if score.emergency_recall.hits < before["emergency_recall"]["hits"]:
                lost = score.emergency_recall
                found.append(f"{name}: emergencies recognised are {lost}, were {before['emergency_recall']['hits']}")
    return found
