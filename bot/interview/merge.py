"""What a message says, merged into the case: facts gather, a correction replaces only what it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Optional

from bot.interview.answering import merge_answer, pending_question
from bot.interview.facts import set_fact, with_changes
from bot.knowledge import Knowledge
from bot.knowledge.model import Question
from bot.nlu.reading import PATIENT, Mention, Reading, Stretch
from bot.triage.asking import is_red_flag
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Change, Fact

_YEAR, _DAY = 31557600.0, 86400.0
# "All my life", without a number: for certain more than a year.
_LONGSTANDING = Bounds(20 * _YEAR, 1 * _YEAR, 80 * _YEAR)
# "It has gone", without a time: any moment up to a week ago.
JUST_GONE = Bounds(1 * _DAY, 0.0, 7 * _DAY)
# What began longer ago than this and is over is no sign of these days.
_LONG_AGO = 90 * _DAY
_ORDER = {ABSENT: 0, UNCERTAIN: 1, PAST: 2, PRESENT: 3}
_WORD = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"\b(\d{1,3})\b")
_OLDEST = 120


def merge_reading(case: Case, reading: Reading, knowledge: Knowledge) -> Case:
    """The case with the message added, read in the light of the question that was pending."""
    question = pending_question(case, knowledge)
    own = [mention for mention in reading.mentions if mention.experiencer == PATIENT]
    case = _merge_mentions(case, own, reading.durations, knowledge)
    if question is not None and not _corrects(case, reading, own, knowledge):
        case = merge_answer(case, question, reading, own, knowledge)
    case = _merge_loose(case, reading, question, knowledge)
    return _merge_person(case, reading, question)


def _corrects(case: Case, reading: Reading, own: Sequence[Mention], knowledge: Knowledge) -> bool:
    """Whether the no of a message belongs to what it puts right ("no, the right side"), and answers no question.

    Only where it names a side or a time other than the known one, and denies nothing in words of its own.
    """
    finding = chief_complaint(case, knowledge)
    fact = case.facts.get(finding) if finding else None
    if reading.answer != "no" or own or fact is None:
        return False
    if set(_WORD.findall(reading.text.lower())) & set(knowledge.language["cues"]["denials"]):
        return False
    stretch = _longest([each for each in reading.durations if each.finding is None], ("onset", "unspecified"))
    lasting = fact.lasting
    return bool(reading.side and fact.side and reading.side != fact.side) or bool(
        stretch and lasting and (stretch.low > lasting.high or stretch.high < lasting.low)
    )


def chief_complaint(case: Case, knowledge: Knowledge) -> Optional[str]:
    """The complaint that a loose remark ("about two months", "getting worse") is about.

    The first that the topics name, whichever was said first: the order of facts changes nothing (law 3).
    """
    present = [name for name, fact in case.facts.items() if fact.status in (PRESENT, UNCERTAIN)]
    for topic in knowledge.topics.values():
        for complaint in topic.complaints:
            if complaint in present:
                return complaint
    return present[0] if len(present) == 1 else None


def confirm_retraction(case: Case, confirmed: bool) -> Case:
    """The case after the person was asked whether a red flag is really not there; both statements stay on record."""
    finding = case.retracting
    if finding is None:
        return case
    case = replace(case, retracting=None)
    if not confirmed:
        return case
    change = Change(finding, case.status(finding) or PRESENT, ABSENT, confirmed=True)
    return replace(case.with_fact(finding, Fact(ABSENT)), changes=(*case.changes, change))


def _merge_mentions(
    case: Case, mentions: Sequence[Mention], durations: Sequence[Stretch], knowledge: Knowledge
) -> Case:
    by_finding: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_finding.setdefault(mention.finding, []).append(mention)
    for finding, said in by_finding.items():
        strongest = max(said, key=lambda mention: _ORDER[mention.status])
        fact = _fact(strongest, said, [each for each in durations if each.finding == finding])
        case = set_fact(case, finding, fact, knowledge)
        if fact.status == ABSENT:
            # To deny the whole takes back its kinds too, unless the same message speaks of them.
            for kind in knowledge.narrower(finding):
                if kind not in by_finding and not knowledge.findings[kind].own_denial and case.status(kind) == PRESENT:
                    case = set_fact(case, kind, Fact(ABSENT), knowledge)
    return case


def _fact(mention: Mention, said: Sequence[Mention], durations: Sequence[Stretch]) -> Fact:
    same = [each for each in said if each.status == mention.status]

    def first(name: str) -> Optional[str]:
        return next((getattr(each, name) for each in same if getattr(each, name)), None)

    sides = {each.side for each in same if each.side}
    onset = first("onset")
    stretch = _longest(durations, ("onset", "unspecified"))
    until = _longest(durations, ("until",))
    lasting = _bounds(stretch) if stretch else None
    if onset == "longstanding" and (stretch is None or stretch.low < _YEAR):
        lasting = _LONGSTANDING
    episode = _longest(durations, ("episode",))
    return Fact(
        status=mention.status,
        side="both" if len(sides) > 1 else next(iter(sides), None),
        site=first("site"),
        severity=first("severity"),
        trend=first("trend"),
        onset=None if onset == "longstanding" else onset,
        lasting=None if mention.status == PAST else lasting,
        episode=_bounds(episode) if episode else None,
        when=stretch.text if stretch and mention.status == PRESENT else None,
        gone=_gone(mention, stretch, until, episode) if mention.status == PAST else None,
    )


def _gone(
    mention: Mention, stretch: Optional[Stretch], until: Optional[Stretch], episode: Optional[Stretch]
) -> Optional[Bounds]:
    """How long ago something past ended; None where nobody said."""
    if until is not None:
        return _bounds(until)
    if stretch is None:
        return JUST_GONE if mention.recency == "recent" else None
    if episode is not None and episode.high < stretch.low:
        # "Three weeks ago it was weak for an hour": it ended when the hour was over.
        return Bounds(stretch.seconds - episode.seconds, stretch.low - episode.high, stretch.high)
    if mention.recency == "remote":
        return _bounds(stretch)
    if stretch.low > _LONG_AGO or (mention.recency == "unknown" and stretch.low > JUST_GONE.high):
        return None
    return Bounds(stretch.seconds / 2, 0.0, stretch.high)


def _merge_loose(case: Case, reading: Reading, question: Optional[Question], knowledge: Knowledge) -> Case:
    """Times and qualities that stand without a finding: about what was asked, or else about the chief complaint."""
    finding = chief_complaint(case, knowledge)
    if reading.onset in ("sudden", "gradual"):
        # How it came on matters for a red flag before it matters for the complaint.
        open_flags = [name for name, fact in case.facts.items() if fact.status == PRESENT and fact.onset is None]
        finding = next(
            (name for name in sorted(open_flags) if is_red_flag(name, knowledge) or knowledge.broader(name)), finding
        )
    if question is not None and question.attribute in ("lasting", "trend", "onset"):
        finding = next((key.partition(".")[0] for key in case.pending_keys if "." in key), finding)
    fact = case.facts.get(finding) if finding else None
    if finding is None or fact is None or fact.status not in (PRESENT, UNCERTAIN):
        return case
    loose = [each for each in reading.durations if each.finding is None]
    stretch = _longest(loose, ("onset", "unspecified"))
    episode = _longest(loose, ("episode",))
    changed = replace(
        fact,
        lasting=_bounds(stretch) if stretch else fact.lasting,
        when=stretch.text if stretch else fact.when,
        episode=_bounds(episode) if episode else fact.episode,
        trend=reading.trend or fact.trend,
        onset=reading.onset if reading.onset in ("sudden", "gradual") else fact.onset,
        side=reading.side or fact.side,
    )
    if reading.onset == "longstanding" and stretch is None:
        changed = replace(changed, lasting=_LONGSTANDING)
    return with_changes(case, finding, fact, changed) if changed != fact else case


def _merge_person(case: Case, reading: Reading, question: Optional[Question]) -> Case:
    person = reading.person
    age = Bounds.exactly(person.age) if person.age is not None else case.age
    if person.age is None and question is not None and question.attribute == "age":
        number = _NUMBER.search(reading.text)
        if number and int(number[1]) <= _OLDEST:
            age = Bounds.exactly(float(number[1]))
    return replace(
        case,
        age=age,
        sex=person.sex or case.sex,
        pregnant=person.pregnant if person.pregnant is not None else case.pregnant,
    )


def _longest(durations: Sequence[Stretch], kinds: tuple[str, ...]) -> Optional[Stretch]:
    fitting = [each for each in durations if each.kind in kinds]
    return max(fitting, key=lambda each: each.seconds) if fitting else None


def _bounds(stretch: Stretch) -> Bounds:
    return Bounds(stretch.seconds, stretch.low, stretch.high)
