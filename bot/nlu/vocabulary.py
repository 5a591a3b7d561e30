"""Every word of the knowledge with its weight: what a slip is most likely, and most gravely, meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Mapping

from bot.knowledge import Knowledge
from bot.knowledge.model import urgency

_LETTERS = re.compile(r"[a-z]+")


def vocabulary(knowledge: Knowledge) -> dict[str, int]:
    """Each word with the urgency of the rules that it can lead to; a word that says a finding by itself weighs more
    than one that needs others beside it."""
    weights = dict.fromkeys(_words(knowledge.language), 0)
    # How long it has lasted decides more than all words but those of an emergency.
    weights.update(dict.fromkeys(_words(knowledge.language["time"]), 2 * urgency("emergency") - 1))
    signs, sites = knowledge.language["signs"], knowledge.language["sites"]
    of_sign = {name: [str(phrase).lower() for phrase in phrases] for name, phrases in signs.items()}
    of_site = {name: [str(phrase).lower() for phrase in entry["say"]] for name, entry in sites.items()}
    urgent: dict[str, int] = {}

    def weigh(phrases: Sequence[str], weight: int) -> None:
        words = dict.fromkeys(_LETTERS.findall(" ".join(phrases)), weight)
        words.update((phrase, weight + 1) for phrase in phrases if phrase.isalpha())
        for word, grown in words.items():
            if weights.get(word, -1) < grown:
                weights[word] = grown

    for finding in knowledge.findings.values():
        weight = 2 * max((urgency(rule.level) for rule in knowledge.rules_of(finding.id)), default=0)
        weigh([phrase.lower() for phrase in (*finding.say, *finding.say_not)], weight)
        for sign, site in finding.compose:
            # The same sign and site serve many findings: only the most urgent is looked at.
            for key in (f"sign {sign}", f"site {site}"):
                urgent[key] = max(weight, urgent.get(key, 0))
            if site == "unsaid":
                for word in _LETTERS.findall(" ".join(of_sign[sign])):
                    weights[word] = max(weight + 2, weights.get(word, 0))
    for key, weight in urgent.items():
        kind, name = key.split(" ", 1)
        weigh(of_sign[name] if kind == "sign" else of_site[name], weight)
    return weights


def _words(value: Any) -> Iterator[str]:
    for text in _strings(value):
        yield from _LETTERS.findall(text.lower())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    else:
        yield str(value)
