"""A simulated patient: a made-up person who knows their own facts, and answers the interview from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Optional, Union

from bot.interview.answering import merge_choices
from bot.interview.turn import CONFIRM, Turn
from bot.knowledge import Knowledge
from bot.knowledge.conditions import SECONDS, Has, Range, leaves
from bot.knowledge.model import Option, Question, urgency
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Fact
from bot.triage.decide import decide

# An ordinary adult's age, for a patient whose facts give none: they are asked for it, and know it.
_AGE = Bounds.exactly(35.0)
_NONE, _NOT_SURE = "none", "not_sure"


@dataclass(frozen=True)
class Answer:
    """What a patient answers in one turn: choices pressed, or a text typed."""

    choices: Optional[tuple[str, ...]] = None
    text: Optional[str] = None

    def __str__(self) -> str:
        return self.text if self.text is not None else f"[{', '.join(self.choices or ())}]"


class Patient:
    """Answers from the facts of `truth`. What the facts do not mention is denied; a quality that they do not give
    (how it came on, whether it gets worse) is answered with the choice that changes the advice least; a stretch of
    time that they do not give, and a finding that they call uncertain, is answered "not sure".

    `not_sure` and `typed` are the shares of answers (0 to 1) that are "not sure" whatever the facts, and that are
    written in words instead of pressed; `random` draws which. The same seed gives the same answers.
    """

    def __init__(
        self,
        truth: Case,
        knowledge: Knowledge,
        on: date,
        *,
        random: Optional[Random] = None,
        not_sure: float = 0.0,
        typed: float = 0.0,
    ) -> None:
        self._truth = replace(truth, age=truth.age or _AGE)
        self._knowledge, self._on = knowledge, on
        self._random = random or Random(0)
        self._not_sure, self._typed = not_sure, typed

    @property
    def truth(self) -> Case:
        """What is true of this patient, the age included."""
        return self._truth

    def answer(self, turn: Turn) -> Answer:
        """The answer to the question of a turn, which must be one that asks. Raises ValueError where it does not."""
        # Drawn in every turn, so that what is asked does not shift what is drawn later.
        unsure, typed = self._random.random() < self._not_sure, self._random.random() < self._typed
        if turn.kind == CONFIRM:
            finding = turn.case.retracting
            gone = finding is None or self.has(finding) is not True
            return Answer(text=_yes(gone)) if typed else Answer((_yes(gone),))
        if turn.question is None:
            raise ValueError(f"a turn of kind {turn.kind} asks nothing; only a question can be answered.")
        if unsure:
            return self._unsure(typed)
        question = turn.question.question
        if question.attribute is not None and not question.findings:
            return self._attribute(turn, question, typed)
        chosen = self._findings(turn.question.findings)
        if question.attribute is not None and turn.question.about is not None:
            # One list of findings and qualities: what is not so is simply not pressed.
            value = self._value(turn, question)
            fitting = tuple(
                each.value for each in question.options if value is not None and _fits(each, question, value)
            )
            pressed = () if chosen in ((_NONE,), (_NOT_SURE,)) else chosen
            return Answer((*fitting, *pressed) or chosen)
        return self._in_words(turn.question.findings, chosen) if typed else Answer(chosen)

    def has(self, finding: str) -> Optional[bool]:
        """Whether this patient would say that they have a finding: None where they cannot tell.

        Something that is over counts as long as some rule still counts it: that is what the questions ask about.
        """
        facts = [self._truth.facts.get(name) for name in self._kinds(finding)]
        if any(fact is not None and self._counts(finding, fact) for fact in facts):
            return True
        return None if any(fact is not None and fact.status == UNCERTAIN for fact in facts) else False

    def _kinds(self, finding: str) -> Sequence[str]:
        known = finding in self._knowledge.findings
        return (finding, *self._knowledge.narrower(finding)) if known else (finding,)

    def _counts(self, finding: str, fact: Fact) -> bool:
        if fact.status != PAST:
            return fact.status == PRESENT
        limits = [
            leaf.even_if_gone
            for rule in self._knowledge.rules_of(finding)
            for leaf in leaves(rule.when)
            if isinstance(leaf, Has) and leaf.even_if_gone is not None
            if finding in self._kinds(leaf.finding)
        ]
        return bool(limits) and (fact.gone is None or fact.gone.low <= max(limits))

    def _findings(self, offered: Sequence[str]) -> tuple[str, ...]:
        chosen = tuple(name for name in offered if self.has(name))
        if chosen:
            return chosen
        return (_NOT_SURE,) if any(self.has(name) is None for name in offered) else (_NONE,)

    def _attribute(self, turn: Turn, question: Question, typed: bool) -> Answer:
        value = self._value(turn, question)
        option = self._option(turn, question)
        if value is not None and (option is None or (typed and isinstance(value, Bounds))):
            return Answer(text=_said(value, question))
        if option is None:
            return self._unsure(typed)
        return Answer(text=option.label) if typed else Answer((option.value,))

    def _value(self, turn: Turn, question: Question) -> Union[Bounds, str, bool, None]:
        """What is true of the attribute that a question asks for; None where the facts do not give it."""
        attribute = str(question.attribute)
        about = turn.question.about if turn.question else None
        if hasattr(self._truth, attribute) and attribute not in ("facts", "asked"):
            value: Union[Bounds, str, bool, None] = getattr(self._truth, attribute)
            return value
        if about is None or about not in self._knowledge.findings:
            return None
        names = (about, *self._knowledge.narrower(about), *self._knowledge.broader(about))
        facts = [self._truth.facts[name] for name in names if name in self._truth.facts]
        facts = [fact for fact in facts if fact.status != ABSENT]
        return next((getattr(fact, attribute) for fact in facts if getattr(fact, attribute, None) is not None), None)

    def _option(self, turn: Turn, question: Question) -> Optional[Option]:
        value = self._value(turn, question)
        if value is not None:
            return next((each for each in question.options if _fits(each, question, value)), None)
        timed = [each for each in question.options if isinstance(getattr(each, str(question.attribute), None), Range)]
        return None if timed or not question.options else self._harmless(turn, question)

    def _harmless(self, turn: Turn, question: Question) -> Option:
        """The option that, added to all that is true, changes the advice least; among equals the one that leaves the
        least open, and then the last."""
        asked = replace(self._truth, pending=turn.case.pending, pending_keys=turn.case.pending_keys)
        before = urgency(decide(self._truth, self._knowledge, self._on).level)

        def change(place: int) -> tuple[int, int, int]:
            after = decide(
                merge_choices(asked, [question.options[place].value], self._knowledge), self._knowledge, self._on
            )
            return abs(urgency(after.level) - before), urgency(after.could_become), -place

        return question.options[min(range(len(question.options)), key=change)]

    def _unsure(self, typed: bool) -> Answer:
        return Answer(text="not sure") if typed else Answer((_NOT_SURE,))

    def _in_words(self, offered: Sequence[str], chosen: tuple[str, ...]) -> Answer:
        if chosen == (_NOT_SURE,):
            return self._unsure(typed=True)
        if chosen == (_NONE,):
            return Answer(text=self._random.choice(("no", "none of those", "No, nothing like that")))
        if len(offered) == 1:
            return Answer(text="yes")
        labels = [self._knowledge.findings[name].choice or self._knowledge.findings[name].label for name in chosen]
        return Answer(text="Yes: " + ". ".join(labels))


def _yes(yes: bool) -> str:
    return "yes" if yes else "no"


def _fits(option: Option, question: Question, value: Union[Bounds, str, bool]) -> bool:
    wanted = getattr(option, str(question.attribute), None)
    if isinstance(wanted, Range):
        return isinstance(value, Bounds) and wanted.covers(value.middle)
    return wanted is not None and wanted == value


def _said(value: Union[Bounds, str, bool], question: Question) -> str:
    """A true value in a person's words: an age in years, a stretch of time in its largest whole unit."""
    if not isinstance(value, Bounds):
        return _yes(value) if isinstance(value, bool) else value
    if question.attribute == "age":
        return f"{value.middle:g}"
    return span(value.middle)


def span(seconds: float) -> str:
    """A stretch of time as people say it, in days where it is more than one: 1209600 is "14 days"."""
    unit = "day" if seconds >= SECONDS["day"] else "hour" if seconds >= SECONDS["hour"] else "minute"
    if seconds >= 2 * SECONDS["year"]:
        unit = "year"
    number = max(1, round(seconds / SECONDS[unit]))
    return f"{number} {unit}{'' if number == 1 else 's'}"
