"""`signpost knowledge check`: the knowledge loads, means something, and every case that a rule brings holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Optional

from bot.interview.turn import take_turn
from bot.knowledge import Knowledge, KnowledgeError, Problem, load
from bot.knowledge.files import line_of
from bot.knowledge.languages import check_languages
from bot.knowledge.lint import lint
from bot.knowledge.loading import TREE
from bot.knowledge.model import Rule, RuleCase
from bot.nlu.claims import claims
from bot.nlu.lexicon import Lexicon
from bot.nlu.reader import Reader
from bot.triage.case import Case
from bot.triage.decide import decide
from bot.triage.facts import case_of
from bot.triage.truth import Evaluator, Truth

_EXPECTED: dict[str, tuple[Truth, ...]] = {
    "fires": (True,),
    "near_miss": (False, None),
    "denied": (False,),
    "unknown": (None,),
}
_SAID = {True: "it fires", False: "it does not fire", None: "it is not known whether it fires"}


def check(path: Optional[Path] = None, on: Optional[date] = None) -> list[Problem]:
    """Every problem of a knowledge folder, with file and line; warnings among them. Empty when all is well."""
    root = path or TREE
    day = on or date.today()
    try:
        knowledge = load(root)
    except KnowledgeError as error:
        return [_located(root, error.problem)]
    # Knowledge without a language has no words to look at, and reads no message.
    spoken: Iterable[Problem] = ()
    reader = None
    if knowledge.language:
        reader = Reader(knowledge) if _has_messages(knowledge) else None
        spoken = claims(knowledge, reader.lexicon if reader is not None else Lexicon(knowledge))
    problems = [*lint(knowledge, day), *spoken, *_cases(knowledge, reader), *check_languages(root)]
    return sorted((_located(root, each) for each in problems), key=lambda each: (each.warning, each.file, each.line))


def _located(root: Path, problem: Problem) -> Problem:
    return problem if problem.line else replace(problem, line=line_of(root, problem.file, problem.keys))


def _has_messages(knowledge: Knowledge) -> bool:
    return any(case.message is not None for rule in knowledge.rules.values() for case in rule.cases)


def _cases(knowledge: Knowledge, reader: Optional[Reader]) -> Iterator[Problem]:
    for rule in knowledge.rules.values():
        for place, written in enumerate(rule.cases):
            keys = ("rules", rule.id, "cases", place)
            try:
                words = fault(rule, written, knowledge, reader)
            except ValueError as error:
                words = str(error)
            if words:
                yield Problem(rule.file, keys, f'case "{written.name}": {words}')


def fault(rule: Rule, written: RuleCase, knowledge: Knowledge, reader: Optional[Reader] = None) -> Optional[str]:
    """What a rule makes of a case against what the case expects; None where it holds. Raises ValueError for a case
    that cannot be read."""
    if written.message is not None:
        if reader is None:
            raise ValueError("a message cannot be read: there is nothing in language/.")
        return _fault(rule, written, _said(written.message, reader, knowledge, rule), knowledge)
    return _fault(rule, written, case_of(written.facts, knowledge), knowledge)


def _said(message: str, reader: Reader, knowledge: Knowledge, rule: Rule) -> Case:
    return take_turn(Case(), reader.read(message, rule.valid_from), knowledge, rule.valid_from).case


def _fired(case: Case, knowledge: Knowledge, day: date) -> set[str]:
    return {each.id for each in decide(case, knowledge, day).fired}


def _fault(rule: Rule, written: RuleCase, case: Case, knowledge: Knowledge) -> Optional[str]:
    outcome = Evaluator(case, knowledge, raising=rule.level != "self_care").evaluate(rule.when)
    if outcome.truth not in _EXPECTED[written.expect]:
        return f"expected {written.expect} of rule {rule.id}, but {_SAID[outcome.truth]}."
    day = rule.valid_from
    if written.expect == "fires" and rule.valid_on(day) and rule.id not in _fired(case, knowledge, day):
        return (
            f"the condition of rule {rule.id} holds, but the rule takes no part: it needs a complaint of a topic, or "
            "the patient is a child."
        )
    if written.level is not None:
        level = decide(case, knowledge, rule.valid_from).level
        if level != written.level:
            return f"expected the level {written.level}, the rules say {level}."
    return None
