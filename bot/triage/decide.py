"""The decision on a case: a pure function of the case, the knowledge and the day."""

from __future__ import annotations

from datetime import date
from typing import Collection, Iterable

from bot.knowledge import Knowledge
from bot.knowledge.conditions import PersonIs, leaves
from bot.knowledge.model import LEVELS, Rule, urgency
from bot.triage.asking import RED_FLAG_ASKINGS, is_red_flag
from bot.triage.case import ABSENT, PAST, PRESENT, Case
from bot.triage.decision import Decision, Fired, WouldChange
from bot.triage.truth import Evaluator, Finding

# The rules are for people of 16 and over, except emergencies and rules that name an age themselves
# (design, "One case").
ADULT = 16.0


def decide(case: Case, knowledge: Knowledge, on: date) -> Decision:
    """The level of a case by the rules in force `on` that day, and why.

    A rule takes part when it mentions something that was said and not denied. The level is the highest of the rules
    that hold; what is unknown raises nothing, but shows in `could_become` and `open`. A day before the knowledge began
    counts as its first day.
    """
    # A wrong clock, or a message about an old date, must not switch the rules off.
    day = max(on, knowledge.first_day)
    child = case.age is not None and case.age.high < ADULT
    rules = [rule for rule in in_play(case, knowledge) if rule.valid_on(day) and (not child or for_children(rule))]
    raising, calming = Evaluator(case, knowledge), Evaluator(case, knowledge, raising=False)
    fired, undecided = [], []
    for rule in rules:
        evaluator = raising if _raises(rule) else calming
        truth = evaluator.truth(rule.when)
        if truth:
            fired.append(_fired(rule, rule.level, evaluator.evaluate(rule.when)))
        elif truth is None:
            undecided.append((rule, evaluator))
    fired += _cautions(case, knowledge, undecided)
    covered = "child" if child else "yes" if fired or _covered(case, knowledge) else "no"
    level = _level(fired, covered, case, knowledge)
    highest = max([urgency(level), *(urgency(rule.level) for rule, _ in undecided)])
    reach = _reach(undecided, _floor(level, fired, undecided))
    if level == "self_care" and case.age is None:
        # Whether the rules count at all depends on the age, so calm advice is not given before it is known.
        reach.setdefault("person.age", "routine")
        highest = max(highest, urgency("routine"))
    return Decision(
        level=level,
        could_become=LEVELS[highest],
        topics=_topics(case, knowledge),
        fired=tuple(sorted(fired, key=lambda each: (-urgency(each.level), each.caution, each.id))),
        open=reach,
        would_change=_would_change(rules, raising, level),
        covered=covered,
        knowledge_version=knowledge.version,
    )


def _floor(level: str, fired: Iterable[Fired], undecided: Iterable[tuple[Rule, Evaluator]]) -> str:
    """The calmest level that the case may still come to. Where nothing asks for a doctor but that nothing is known,
    that is home, if a rule may still say so; what could speak against it is then worth a question."""
    if level != "routine" or any(urgency(each.level) >= urgency(level) for each in fired):
        return level
    home = any(rule.level == "self_care" and evaluator.ask(rule.when) for rule, evaluator in undecided)
    return "self_care" if home else level


def _reach(undecided: Iterable[tuple[Rule, Evaluator]], floor: str) -> dict[str, str]:
    """What to ask about next, each with the highest level that the answer could lead to."""
    reach: dict[str, str] = {}
    for rule, evaluator in undecided:
        if urgency(rule.level) > urgency(floor) or rule.level == floor == "self_care":
            for key in evaluator.ask(rule.when):
                if urgency(rule.level) > urgency(reach.get(key, "unknown")):
                    reach[key] = rule.level
    return reach


def in_play(case: Case, knowledge: Knowledge) -> list[Rule]:
    """The rules that mention something said and not denied, or a kind that it may turn out to be, in a stable order.

    A rule that can hold only together with a complaint of a topic waits until such a complaint was said.
    """
    said = [name for name, fact in case.facts.items() if fact.status != ABSENT and name in knowledge.findings]
    complaint = any(knowledge.topics_of(name) for name in said)
    found: dict[str, Rule] = {}
    for name in said:
        for rule in knowledge.rules_about(name):
            if complaint or not knowledge.needs_complaint(rule):
                found[rule.id] = rule
    return [found[name] for name in sorted(found)]


def for_children(rule: Rule) -> bool:
    """Whether a rule holds for people under 16 too: emergencies, rules with a reply of their own (a child who may harm
    themselves is answered as anybody is), and rules that name an age themselves."""
    return (
        rule.level == "emergency"
        or rule.reply is not None
        or any(isinstance(leaf, PersonIs) and leaf.age is not None for leaf in leaves(rule.when))
    )


def _raises(rule: Rule) -> bool:
    return rule.level != "self_care"


def _fired(rule: Rule, level: str, outcome: Finding, caution: bool = False) -> Fired:
    reviewed = rule.reviewed.by if rule.reviewed else None
    return Fired(rule.id, rule.version, level, rule.sources, reviewed, outcome.held, caution)


def _cautions(case: Case, knowledge: Knowledge, undecided: Iterable[tuple[Rule, Evaluator]]) -> list[Fired]:
    asked_enough = [key for key, times in case.asked.items() if times >= RED_FLAG_ASKINGS]
    unresolved = {key for key in asked_enough if is_red_flag(key, knowledge)}
    if not unresolved:
        return []
    fired = []
    for rule, evaluator in undecided:
        open_keys = evaluator.evaluate(rule.when).open
        doubtful = {key for key in open_keys if key in unresolved or _half_resolved(key, unresolved, knowledge)}
        if doubtful:
            taken = unresolved | doubtful
            assumed = Evaluator(case, knowledge, raising=_raises(rule), assumed=taken).evaluate(rule.when)
            if assumed.truth is True:
                level = "same_day" if rule.level == "emergency" else rule.level
                fired.append(_fired(rule, level, assumed, caution=True))
    return fired


def _half_resolved(key: str, unresolved: Collection[str], knowledge: Knowledge) -> bool:
    """Whether a red flag that was asked about twice has turned out to be there, but not yet how it came: a yes to it
    must not calm what the doubt had raised."""
    return key.partition(".")[0] in unresolved and is_red_flag(key, knowledge)


def _covered(case: Case, knowledge: Knowledge) -> bool:
    for name, fact in case.facts.items():
        finding = knowledge.findings.get(name)
        if finding is None or fact.status == ABSENT:
            continue
        if knowledge.topics_of(name):
            return True
        alone = any(not knowledge.needs_complaint(rule) for rule in knowledge.rules_of(name))
        if finding.kind == "symptom" and fact.status == PRESENT and alone:
            return True
    return False


def _level(fired: Iterable[Fired], covered: str, case: Case, knowledge: Knowledge) -> str:
    levels = [each.level for each in fired]
    if not levels:
        levels = ["routine" if covered == "yes" else "unknown"]
    level = max(levels, key=urgency)
    if level == "self_care" and (case.unexplained or _flagged(case, knowledge)):
        # What nothing explains, and a red flag that no rule has weighed, are never told that they can be looked after
        # at home (design, step 6 and law 1).
        return "routine"
    return level


def _flagged(case: Case, knowledge: Knowledge) -> bool:
    flags = knowledge.red_flags
    present = [name for name, fact in case.facts.items() if fact.status == PRESENT and name in knowledge.findings]
    return any(flags.intersection((name, *knowledge.broader(name))) for name in present)


def _topics(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """The topics of what is or may be there; where nothing is, of what was ("I had that six years ago, will it come
    back?")."""
    for over in (False, True):
        found = dict.fromkeys(
            topic.id
            for name, fact in sorted(case.facts.items())
            if name in knowledge.findings and fact.status != ABSENT and (fact.status == PAST) is over
            for topic in knowledge.topics_of(name)
        )
        if found:
            return tuple(found)
    return ()


def _would_change(rules: Iterable[Rule], evaluator: Evaluator, level: str) -> tuple[WouldChange, ...]:
    found: dict[tuple[object, ...], WouldChange] = {}
    for rule in rules:
        if urgency(rule.level) <= urgency(level):
            continue
        for leaf in evaluator.lacking(rule.when):
            if leaf.gone_for is not None:
                continue
            over = leaf.lasting.over if leaf.lasting else None
            trend = leaf.trend[0] if leaf.trend else None
            change = WouldChange(leaf.finding, rule.level, rule.id, leaf.onset, trend, over)
            key = (leaf.finding, leaf.onset, trend, over)
            if key not in found or urgency(found[key].level) < urgency(rule.level):
                found[key] = change
    return tuple(sorted(found.values(), key=lambda each: (-urgency(each.level), each.finding, each.rule)))
