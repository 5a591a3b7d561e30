"""The parts of the knowledge as values: findings, rules with their cases, topics, questions, sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Mapping, Optional

from bot.knowledge.conditions import Condition, PersonIs, Range

LEVELS = ("unknown", "self_care", "routine", "within_2_weeks", "same_day", "emergency")
GROUPS = ("symptoms", "background")
REPLIES = ("crisis",)
KINDS = ("symptom", "condition", "medicine", "event", "person", "calming", "complaint")


def urgency(level: str) -> int:
    """The place of a level from calm to urgent: "unknown" is 0, "emergency" 5.

    >>> urgency("same_day") > urgency("routine")
    True
    """
    return LEVELS.index(level)


@dataclass(frozen=True)
class Finding:
    """Something that can be said of a person.

    `say` are phrases, `say_not` phrases that say that it is not there ("speech is fine"), `compose` pairs of a sign
    and a site that mean it when they stand together, `broader` the findings it is a kind of. `choice` labels it among
    the choices of a question; `calms` marks what may lower a level, `history` what is of former times by its own
    meaning ("an earlier operation"), `acute` an illness that is over after some weeks. `own_denial` marks a finding
    that a denial of its broader ones does not deny, because people have another word for it. `asked_in` names the
    question of the interview that asks about it, `only_for` the people who can have it. `overlaps` are findings (or
    lists of cues) some of whose words it shares on purpose, `codes` its codes by the name of the ontology.
    """

    id: str
    label: str
    kind: str
    file: str
    say: tuple[str, ...] = ()
    say_not: tuple[str, ...] = ()
    compose: tuple[tuple[str, str], ...] = ()
    broader: tuple[str, ...] = ()
    choice: Optional[str] = None
    calms: bool = False
    own_denial: bool = False
    history: bool = False
    acute: bool = False
    asked_in: Optional[str] = None
    only_for: Optional[PersonIs] = None
    overlaps: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """One ready answer to a question about an attribute: what is pressed, and what it sets (seconds, or a word)."""

    value: str
    label: str
    lasting: Optional[Range] = None
    trend: Optional[str] = None
    onset: Optional[str] = None
    age: Optional[Range] = None


@dataclass(frozen=True)
class Question:
    """A question of the interview: about a group of findings, about one attribute of one finding, or about both.

    Questions of one `group` (symptoms, background) may be put together when each has little left to ask. `yes_means` is
    the finding that a bare "yes" to the group makes present. Red-flag questions stand outside the budget. `again` is
    the same question in other words, for the second asking; `why` answers "why do you ask?". `none` is the trend that
    "none of these" means, where the question is about the trend as well.
    A question that `clarifies` a finding is asked when that finding was said and none of the question's own was.
    """

    id: str
    text: str
    again: str
    why: str
    red_flag: bool
    findings: tuple[str, ...] = ()
    attribute: Optional[str] = None
    options: tuple[Option, ...] = ()
    yes_means: Optional[str] = None
    clarifies: Optional[str] = None
    group: Optional[str] = None
    none: Optional[str] = None


@dataclass(frozen=True)
class Source:
    """Where a fact comes from: the issuing body's title, year and section, its grade, when it was last looked at."""

    id: str
    organisation: str
    title: str
    year: str
    section: str
    grade: str
    checked: date
    review_by: date


@dataclass(frozen=True)
class Review:
    """Who signed a rule off, when, and when it is due again."""

    by: str
    on: date
    next: date


@dataclass(frozen=True)
class RuleCase:
    """A case that a rule brings with it: facts (or a message), and whether the rule fires on it."""

    name: str
    expect: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    message: Optional[str] = None
    level: Optional[str] = None


@dataclass(frozen=True)
class Rule:
    """A red flag or a threshold: when it holds, the level is at least `level`; valid from a day, perhaps to a day.

    `reply` names another way of answering than advice and questions: "crisis" for a person who may harm themselves.
    """

    id: str
    version: int
    file: str
    topic: str
    level: str
    when: Condition
    why: str
    sources: tuple[str, ...]
    judgement: bool
    valid_from: date
    valid_to: Optional[date]
    reviewed: Optional[Review]
    cases: tuple[RuleCase, ...]
    reply: Optional[str] = None

    def valid_on(self, day: date) -> bool:
        """Whether the rule is in force on that day; the last day counts."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Line:
    """A line of advice with the sources behind it."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class SafetyNet:
    """The four parts of a safety net: what is uncertain, what to watch for, how to get help, how long it may take."""

    uncertain: str
    watch_for: tuple[str, ...]
    how_to_get_help: str
    how_long: str


@dataclass(frozen=True)
class Topic:
    """What a group of complaints has in common: advice, specialty, safety net, related topics."""

    id: str
    label: str
    file: str
    complaints: tuple[str, ...]
    causes: tuple[Line, ...]
    self_care: tuple[Line, ...]
    doctor: tuple[Line, ...]
    specialty: str
    safety_net: SafetyNet
    related: tuple[str, ...]
