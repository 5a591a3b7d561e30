"""The rule debugger: what a form of made-up facts asked for, and every rule by topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Optional

from bot.knowledge import Knowledge
from bot.knowledge.drawing import svg
from bot.knowledge.graph import topic_dot, topics
from bot.knowledge.model import Rule, urgency
from bot.triage.explain import FIRED, NEARLY, NOT_IN_FORCE, OVERRULED, Explanation, explain
from bot.triage.facts import case_of, facts_in

STATUSES = (FIRED, OVERRULED, NEARLY, NOT_IN_FORCE)
MOST = 20_000
"""Characters of facts that are read; more than anybody writes."""


@dataclass(frozen=True)
class Tried:
    """The form as it was sent, and what came of it: an explanation, or a problem in words; neither where it is new."""

    facts: str
    on: str
    explanation: Optional[Explanation] = None
    problem: Optional[str] = None


class Debugger:
    """Answers the rule debugger's form, and lists the rules of each topic."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        # A day's picture of a topic is drawn once; there are only so many topics, and yesterday's are dropped.
        self._draw = lru_cache(maxsize=32)(self._drawn)

    def try_out(self, form: Mapping[str, Any], today: date) -> Tried:
        """What the rules make of the facts of a form; without any, the form with an example in it."""
        facts, on = str(form.get("facts") or ""), str(form.get("on") or "").strip() or today.isoformat()
        if "facts" not in form:
            return Tried(self.example(), on)
        try:
            if len(facts) > MOST:
                raise ValueError(f"{len(facts)} > {MOST}")
            day = date.fromisoformat(on)
            return Tried(facts, on, explain(case_of(facts_in(facts), self._knowledge), self._knowledge, day))
        except (ValueError, RecursionError) as error:
            return Tried(facts, on, problem=str(error) or type(error).__name__)

    def example(self) -> str:
        """Facts to begin with: those of the first case of the most urgent rule of a topic, one a line."""
        first = sorted(self._knowledge.topics)[:1]
        rules = [rule for rule in self._sorted() if not first or rule.topic in first]
        cases = (case for rule in rules for case in rule.cases if case.facts and case.expect == "near_miss")
        facts = next((case.facts for case in cases), {})
        return "\n".join(f"{name}: {'true' if value is True else value}" for name, value in facts.items())

    def findings(self) -> list[tuple[str, str]]:
        """Every finding that can be written, id and label, in the order of the alphabet."""
        return sorted((finding.id, finding.label) for finding in self._knowledge.findings.values())

    def topics(self, today: date) -> list[dict[str, Any]]:
        """The rules of each topic, the most urgent first, as the page shows them."""
        shown = []
        for name in topics(self._knowledge):
            topic = self._knowledge.topics.get(name)
            rules = [self._row(rule, today) for rule in self._sorted() if rule.topic == name]
            label = topic.label if topic else name.replace("_", " ").capitalize()
            shown.append({"id": name, "label": label, "rules": rules})
        return shown

    def has(self, topic: str) -> bool:
        """Whether a topic can be drawn."""
        return topic in topics(self._knowledge)

    def picture(self, topic: str, today: date) -> str:
        """A topic as SVG. Raises DrawingError."""
        return self._draw(topic, today)

    def _drawn(self, topic: str, today: date) -> str:
        return svg(topic_dot(self._knowledge, topic, today))

    def _sorted(self) -> list[Rule]:
        return sorted(self._knowledge.rules.values(), key=lambda rule: (-urgency(rule.level), rule.id))

    def _row(self, rule: Rule, today: date) -> dict[str, Any]:
        return {
            "id": rule.id,
            "version": rule.version,
            "level": rule.level,
            "why": rule.why,
            "sources": rule.sources,
            "reviewed": rule.reviewed,
            "overdue": rule.reviewed is not None and rule.reviewed.next < today,
            "judgement": rule.judgement,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
            "in_force": rule.valid_on(today),
        }
