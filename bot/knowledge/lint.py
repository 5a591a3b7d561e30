"""What can be wrong with knowledge that loads: faults of meaning, found without any message or case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.knowledge.conditions import All, Condition, Has, Not, PersonIs, leaves
from bot.knowledge.knowledge import Knowledge
from bot.knowledge.model import Rule, urgency
from bot.knowledge.problems import Problem

_AHEAD = timedelta(days=31)
_CASES = ("fires", "near_miss", "denied", "unknown")


def lint(knowledge: Knowledge, on: date) -> Iterator[Problem]:
    """The faults of the knowledge on a day; a warning for what will be one within a month."""
    yield from _sources(knowledge, on)
    yield from _phrases(knowledge)
    for rule in knowledge.rules.values():
        yield from _rule(rule, knowledge, on)
    yield from _same_condition(knowledge)
    yield from _overruled(knowledge)
    yield from _unused(knowledge)


def _sources(knowledge: Knowledge, on: date) -> Iterator[Problem]:
    for source in knowledge.sources.values():
        if source.review_by < on:
            words = f'source "{source.id}" was to be looked at again by {source.review_by}. Look, then set the new day.'
            yield Problem("sources.yml", (source.id, "review_by"), words)
        elif source.review_by < on + _AHEAD:
            words = f'source "{source.id}" is to be looked at again by {source.review_by}.'
            yield Problem("sources.yml", (source.id, "review_by"), words, warning=True)


def _phrases(knowledge: Knowledge) -> Iterator[Problem]:
    """The same phrase twice, for knowledge without a language; with one, bot.nlu.claims finds that and more."""
    claimed: dict[str, str] = {}
    if knowledge.language:
        return
    for finding in knowledge.findings.values():
        for place, phrase in enumerate(finding.say):
            other = claimed.setdefault(phrase.lower(), finding.id)
            if other != finding.id:
                words = f'"{phrase}" is said of "{other}" too. A phrase belongs to one finding.'
                yield Problem(finding.file, (finding.id, "say", place), words)


def _rule(rule: Rule, knowledge: Knowledge, on: date) -> Iterator[Problem]:
    where = ("rules", rule.id)
    for kind in _CASES:
        if not any(case.expect == kind for case in rule.cases):
            words = (
                f'rule "{rule.id}" has no case that expects {kind}. A rule brings fires, near_miss, denied and unknown.'
            )
            yield Problem(rule.file, (*where, "cases"), words)
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        words = f'rule "{rule.id}" ends ({rule.valid_to}) before it begins ({rule.valid_from}).'
        yield Problem(rule.file, (*where, "valid_to"), words)
    if rule.reviewed is not None and rule.reviewed.next < on:
        words = f'rule "{rule.id}" was to be reviewed again by {rule.reviewed.next}.'
        yield Problem(rule.file, (*where, "reviewed"), words)
    for part in _negated(rule.when):
        if (isinstance(part, Has) and knowledge.findings[part.finding].calms) or isinstance(part, PersonIs):
            continue
        name = part.finding if isinstance(part, Has) else "a condition"
        words = (
            f'rule "{rule.id}" says not: {name}. Only findings that calm (calms: true) and the person may stand there.'
        )
        yield Problem(rule.file, (*where, "when"), words)
    for leaf in leaves(rule.when):
        if isinstance(leaf, Has):
            yield from _reachable(rule, leaf, knowledge)
    if rule.level == "self_care":
        flags = {name for question in knowledge.questions if question.red_flag for name in question.findings}
        for leaf in leaves(rule.when):
            if isinstance(leaf, Has) and leaf.finding in flags:
                words = (
                    f'rule "{rule.id}" calms because of the red flag "{leaf.finding}". A red flag never lowers urgency.'
                )
                yield Problem(rule.file, (*where, "when"), words)


def _negated(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Not):
        yield condition.part
    elif not isinstance(condition, (Has, PersonIs)):
        for part in condition.parts:
            yield from _negated(part)


def _reachable(rule: Rule, leaf: Has, knowledge: Knowledge) -> Iterator[Problem]:
    family = (leaf.finding, *knowledge.narrower(leaf.finding))
    where = ("rules", rule.id, "when")
    if not any(knowledge.findings[name].say or knowledge.findings[name].compose for name in family):
        words = f'nobody can say "{leaf.finding}", which rule "{rule.id}" needs: it has neither say nor compose.'
        yield Problem(rule.file, where, words)
    if rule.reply is not None:
        # Who may harm themselves is answered in words of their own, and never asked from a list.
        return
    asked = {name for question in knowledge.questions for name in question.findings}
    complaints = {name for topic in knowledge.topics.values() for name in topic.complaints}
    wider = knowledge.broader(leaf.finding)
    if not asked.union(complaints).intersection((*family, *wider)):
        words = (
            f'no question asks about "{leaf.finding}", which rule "{rule.id}" needs. Add it to knowledge/interview.yml.'
        )
        yield Problem(rule.file, where, words)
    for attribute in ("onset", "trend", "lasting"):
        if getattr(leaf, attribute) and not any(each.attribute == attribute for each in knowledge.questions):
            words = f'no question asks about the {attribute}, which rule "{rule.id}" needs. Add one to interview.yml.'
            yield Problem(rule.file, where, words)


def _same_condition(knowledge: Knowledge) -> Iterator[Problem]:
    seen: dict[Condition, Rule] = {}
    for rule in knowledge.rules.values():
        other = seen.setdefault(rule.when, rule)
        together = other.valid_on(rule.valid_from) or rule.valid_on(other.valid_from)
        if other is not rule and together:
            words = f'rule "{rule.id}" has the condition of "{other.id}" ({other.level}). End one of them.'
            yield Problem(rule.file, ("rules", rule.id, "when"), words)


def _overruled(knowledge: Knowledge) -> Iterator[Problem]:
    """Rules that can never decide: wherever one holds, another that is as urgent or more holds as well."""
    needs = {rule.id: _parts(rule.when) for rule in knowledge.rules.values()}
    by_part: dict[Condition, list[Rule]] = {}
    for rule in knowledge.rules.values():
        for part in needs[rule.id]:
            by_part.setdefault(part, []).append(rule)
    for rule in knowledge.rules.values():
        near = {other.id: other for part in needs[rule.id] for other in by_part[part]}
        for other in near.values():
            wider = needs[other.id] < needs[rule.id]
            together = other.valid_on(rule.valid_from) and (other.valid_to is None or other.valid_to == rule.valid_to)
            if wider and together and urgency(other.level) > urgency(rule.level):
                words = (
                    f'rule "{rule.id}" ({rule.level}) can never decide: where it holds, "{other.id}" ({other.level}) '
                    "holds too. Change one of them, or end this one."
                )
                yield Problem(rule.file, ("rules", rule.id, "when"), words)


def _parts(condition: Condition) -> frozenset[Condition]:
    """What must hold, all of it, for a condition to hold."""
    return frozenset(condition.parts) if isinstance(condition, All) else frozenset((condition,))


def _unused(knowledge: Knowledge) -> Iterator[Problem]:
    complaints = {name for topic in knowledge.topics.values() for name in topic.complaints}
    for finding in knowledge.findings.values():
        if finding.kind == "complaint" or finding.id in complaints:
            continue
        if not knowledge.rules_of(finding.id):
            words = f'no rule uses "{finding.id}". Use it, or make it a complaint.'
            yield Problem(finding.file, (finding.id,), words, warning=True)
