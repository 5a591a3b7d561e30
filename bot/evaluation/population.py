"""Random patients of a topic: its complaint, and further facts drawn from what its rules look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Optional

from bot.knowledge import Knowledge
from bot.knowledge.conditions import ONSETS, TRENDS, Has, PersonIs, Range, leaves
from bot.knowledge.model import Rule, Topic
from bot.nlu.phrases import GAP
from bot.triage.case import PRESENT, Bounds, Case, Fact

_SIDES = ("left", "right", "both")
_DAY = 86400.0
# Stretches to draw from where the rules of a topic name none: a day, a week, a month, a year.
_STRETCHES = (1 * _DAY, 7 * _DAY, 30 * _DAY, 365 * _DAY)
_AGES = (19.0, 30.0, 45.0, 62.0, 78.0)
# How many further findings a patient has: mostly none or one, as those who write have.
_FURTHER = (0, 0, 0, 1, 1, 1, 2, 3)


@dataclass(frozen=True)
class Drawn:
    """A random patient: what is true of them, and the short message that they begin with."""

    truth: Case
    opening: str


def opening_of(finding: str, knowledge: Knowledge) -> str:
    """The shortest message that names a finding: its first phrase, or its label where it has none."""
    entry = knowledge.findings[finding]
    groups = knowledge.language.get("groups", {})
    said = [word for word in entry.say[0].split() if word != GAP] if entry.say else []
    ways = [str(groups[word[1:]][0]) if word.startswith("@") else word.split("|")[0] for word in said]
    phrase = " ".join(ways).replace("_", " ") or entry.label
    return phrase[:1].upper() + phrase[1:] + "."


def chief(case: Case, knowledge: Knowledge, topic: Optional[str] = None) -> Optional[str]:
    """What a patient would name first: the complaint of the topic, or of any topic, or a symptom, or anything that is
    present; None where nothing is."""
    present = [name for name, fact in case.facts.items() if fact.status == PRESENT]
    entry = knowledge.topics.get(topic or "")
    complaints = entry.complaints if entry else ()
    ranked = [
        [name for name in complaints if name in present],
        [name for name in present if knowledge.topics_of(name)],
        [name for name in present if knowledge.findings[name].kind == "symptom"],
        present,
    ]
    return next((names[0] for names in ranked if names), None)


def draw(topic: Topic, knowledge: Knowledge, random: Random) -> Drawn:
    """A random patient of a topic. The same state of `random` draws the same patient."""
    complaint = random.choice(topic.complaints)
    rules = knowledge.rules_of(complaint)
    mentioned = _mentioned(rules, knowledge, complaint)
    case = Case({complaint: _fact(complaint, rules, random, of_topic=True)}, age=Bounds.exactly(random.choice(_AGES)))
    for name in random.sample(mentioned, min(len(mentioned), random.choice(_FURTHER))):
        case = case.with_fact(name, _fact(name, rules, random, of_topic=False))
    if any(isinstance(leaf, PersonIs) for rule in rules for leaf in leaves(rule.when)):
        case = replace(case, sex=random.choice(("female", "male")), pregnant=False)
    return Drawn(case, opening_of(complaint, knowledge))


def _mentioned(rules: tuple[Rule, ...], knowledge: Knowledge, complaint: str) -> list[str]:
    """The findings that these rules look at, less the complaint and what it is a kind of. What may calm stays out:
    nobody is given it who was not made to have it."""
    own = {complaint, *knowledge.broader(complaint), *knowledge.narrower(complaint)}
    names = {leaf.finding for rule in rules for leaf in leaves(rule.when) if isinstance(leaf, Has)}
    kinds = {kind for name in names for kind in (knowledge.narrower(name) or (name,))}
    return sorted(name for name in kinds - own if not knowledge.findings[name].calms)


def _fact(name: str, rules: tuple[Rule, ...], random: Random, *, of_topic: bool) -> Fact:
    """A finding that is present, with qualities: a complaint always with how long it has lasted."""
    values: dict[str, Any] = {}
    if of_topic or random.random() < 0.5:
        values["lasting"] = Bounds.exactly(random.choice(around(rules)))
    if random.random() < 0.5:
        values["onset"] = random.choice(ONSETS)
    if random.random() < 0.5:
        values["trend"] = random.choice(TRENDS)
    if random.random() < 0.3:
        values["side"] = random.choice(_SIDES)
    return Fact(PRESENT, **values)


def around(rules: tuple[Rule, ...]) -> list[float]:
    """Stretches of time, in seconds, a day to either side of each limit that the rules set on how long."""
    limits: set[float] = set()
    for rule in rules:
        for leaf in leaves(rule.when):
            if isinstance(leaf, Has):
                ranges = [leaf.lasting, leaf.unless.lasting if leaf.unless else None]
                limits.update(limit for each in ranges if each is not None for limit in _ends(each))
    near = {limit + shift for limit in limits for shift in (-_DAY, _DAY)}
    return sorted({each for each in near if each > 0}.union(_STRETCHES))


def _ends(wanted: Range) -> list[float]:
    ends = (wanted.over, wanted.at_most, wanted.under, wanted.at_least)
    return [end for end in ends if end is not None]
