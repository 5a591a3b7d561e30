"""Makes drafts from a verdict: a case for a rule, examples for the language model, a scenario, an archive entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml
from sqlalchemy.engine import Engine

from bot.console.case_facts import written
from bot.console.deidentify import deidentified, through
from bot.console.nlu_examples import Example, Marked, examples_yaml
from bot.knowledge import Knowledge
from bot.knowledge.conditions import Has, PersonIs, leaves
from bot.knowledge.model import Rule, urgency
from bot.records.conversations import Conversations
from bot.records.drafts import ENTRY, KINDS, NLU, RULE_CASE, SCENARIO
from bot.records.letters import CLINICIAN
from bot.records.redaction import names_in
from bot.records.reviews import MISSED, RIGHT, TOO_ALARMED, TOO_CALM, WRONG, Review, Reviews, Verdict
from bot.web.texts import Texts

_LONGEST_TITLE = 100
_WIDE = 1_000_000
"""Columns that no line has: YAML must not break lines of its own accord."""


class NothingToDraft(Exception):
    """A verdict that this kind of draft cannot be made from. `key` says why, in judging.yml."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class _Said:
    """One message of the person's as it may leave, with the reviewer's marks moved to it."""

    text: str
    marks: tuple[Marked, ...]


class Drafter:
    """Makes the drafts of one knowledge version."""

    def __init__(self, engine: Engine, knowledge: Knowledge, words: Texts) -> None:
        self._conversations, self._reviews = Conversations(engine), Reviews(engine)
        self._knowledge = knowledge
        self._words = words
        self._makers = {RULE_CASE: self._rule_case, NLU: self._nlu, SCENARIO: self._scenario, ENTRY: self._entry}
        assert tuple(self._makers) == KINDS

    def draft(self, kind: str, review: Review) -> str:
        """The content of a draft. Raises NothingToDraft; and LookupError where the conversation is gone."""
        shown = self._conversations.show(review.conversation_id)
        if shown is None or shown["erased_at"]:
            raise LookupError(f"conversation {review.conversation_id} is gone")
        return self._makers[kind](shown["messages"], review)

    def _rule_case(self, messages: Sequence[Mapping[str, Any]], review: Review) -> str:
        decision = _decided(messages)
        if decision is None:
            raise NothingToDraft("draft_problem.no_decision")
        verdict = review.verdict
        facts = written(decision["facts"], self._knowledge)
        for mark in verdict.marks:
            if mark.finding in self._knowledge.findings and mark.verdict == MISSED:
                facts.setdefault(mark.finding, "present")
            elif mark.verdict == WRONG:
                facts = {key: value for key, value in facts.items() if key.split(".")[0] != mark.finding}
        if not facts:
            raise NothingToDraft("draft_problem.no_facts")
        rule, expect = self._rule(decision, verdict, facts)
        labels = [self._knowledge.findings[key].label for key in facts if key in self._knowledge.findings]
        case: dict[str, Any] = {"name": self._words("draft.case_name", findings=", ".join(labels[:3])), "facts": facts}
        case["expect"] = expect
        level = verdict.right_level or verdict.given_level
        if level and level != "unknown":
            case["level"] = level
        return f"rules:\n  {rule.id}:\n    cases:\n      - {one_line(case)}\n"

    def _rule(self, decision: Mapping[str, Any], verdict: Verdict, facts: Mapping[str, Any]) -> tuple[Rule, str]:
        """The rule that the case belongs to, and what it should do."""
        rules, present = self._knowledge.rules, {key.split(".")[0] for key in facts}
        fired = [rules[each["id"]] for each in decision.get("fired") or [] if each["id"] in rules]
        fired.sort(key=lambda rule: -urgency(rule.level))
        if verdict.level_verdict == TOO_ALARMED and fired:
            return fired[0], "near_miss"
        if verdict.level_verdict != TOO_CALM and fired:
            return fired[0], "fires"
        # What should have fired: of the rules of the right level, the one that asks for most of what was said.
        wanted = verdict.right_level if verdict.level_verdict == TOO_CALM else verdict.given_level
        age = (decision["facts"].get("age") or {}).get("middle")
        meant = [rule for rule in rules.values() if _is_for(rule, age)]
        near = [rule for rule in meant if rule.level == wanted] or meant
        if not near:
            raise NothingToDraft("draft_problem.no_rule")
        topics = set((decision.get("decision") or {}).get("topics") or ())
        missed = {mark.finding for mark in verdict.marks if mark.verdict == MISSED}

        def nearness(rule: Rule) -> tuple[int, int, float]:
            asks = _asks_for(rule)
            # Of two that ask for as much of it, the one that asks for less besides.
            return len(asks & missed), rule.topic in topics, len(asks & present) / (1 + len(asks))

        best = max(near, key=nearness)
        return best, "fires" if verdict.level_verdict == TOO_CALM else "near_miss"

    def _nlu(self, messages: Sequence[Mapping[str, Any]], review: Review) -> str:
        said = [one for one in self._said(review) if one.text.strip()]
        if not said:
            raise NothingToDraft("draft_problem.nothing_said")
        marked = [one for one in said if one.marks]
        return examples_yaml([Example(one.text, one.marks) for one in marked or said[:1]])

    def _scenario(self, messages: Sequence[Mapping[str, Any]], review: Review) -> str:
        said = iter(self._said(review, pressed=True))
        steps: list[dict[str, Any]] = []
        pending = None
        for message in messages:
            if message["from"] != "person":
                continue
            one = next(said)
            if "choices" in message:
                steps.append({"choose": list(message["choices"]), "at": pending})
            else:
                steps.append({"say": one.text})
            decision = message.get("decision")
            pending = decision["facts"].get("pending") if decision else pending
        if not steps:
            raise NothingToDraft("draft_problem.nothing_said")
        verdict = review.verdict
        level = verdict.right_level or verdict.given_level
        expect: dict[str, Any] = {}
        kinds = [message.get("kind") for message in messages if message["from"] == "bot"]
        if level == "emergency":
            expect["kind"] = "emergency"
        elif verdict.level_verdict == RIGHT and kinds and kinds[-1] in ("question", "advice"):
            expect["kind"] = kinds[-1]
        if level and expect.get("kind") != "question":
            expect["level"] = level
        if expect:
            steps[-1]["expect"] = expect
        name = self._words("draft.scenario_name", level=self._words(f"levels.{level or 'unknown'}"))
        plain = yaml.safe_dump([{"name": name, "steps": steps}], sort_keys=False, allow_unicode=True, width=_WIDE)
        return str(plain)

    def _entry(self, messages: Sequence[Mapping[str, Any]], review: Review) -> str:
        question = "\n\n".join(one.text.strip() for one in self._said(review) if one.text.strip())
        if not question:
            raise NothingToDraft("draft_problem.nothing_said")
        title = " ".join(question.split())
        title = title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " ..."
        names = self._names(review.conversation_id)
        replies = [
            deidentified(message["text"], datetime.fromisoformat(message["at"]).date(), self._offset, names)[-1].text
            for message in messages
            if message["from"] == CLINICIAN
        ]
        entry = {"title": title, "question": question, "reply": "\n\n".join(replies)}
        return json.dumps(entry, ensure_ascii=False) + "\n"

    def _said(self, review: Review, pressed: bool = False) -> list[_Said]:
        """The person's messages, those too, with `pressed`, that were choices, without any text."""
        found = []
        names = self._names(review.conversation_id)
        for row in self._reviews.said(review.conversation_id):
            if row.text is None and not pressed:
                continue
            steps = deidentified(row.text or "", row.at.date(), self._offset, names)
            marks = [
                Marked(*through(steps, mark.start, mark.end), mark.finding)
                for mark in review.verdict.marks
                if mark.message_id == row.id and mark.verdict != WRONG and mark.start is not None and mark.end
            ]
            found.append(_Said(steps[-1].text, tuple(marks)))
        return found

    def _names(self, conversation_id: str) -> frozenset[str]:
        return names_in(row.text for row in self._reviews.said(conversation_id) if row.text)

    def _offset(self, days: int) -> str:
        if abs(days) < 2:
            return self._words(("draft.day_on", "draft.same_day", "draft.day_ago")[days + 1])
        return self._words("draft.days_ago", days=days) if days > 0 else self._words("draft.days_on", days=-days)


def one_line(value: Any) -> str:
    """Plain data as YAML on one line, as the cases of rules are written."""
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=_WIDE)).strip()


def _decided(messages: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest decision."""
    decided = [message["decision"] for message in messages if message.get("decision")]
    return decided[-1] if decided else None


def _asks_for(rule: Rule) -> set[str]:
    return {leaf.finding for leaf in leaves(rule.when) if isinstance(leaf, Has)}


def _is_for(rule: Rule, age: float | None) -> bool:
    """Whether a rule can be about a patient of this age, None where it is not known."""
    ages = [leaf.age for leaf in leaves(rule.when) if isinstance(leaf, PersonIs) and leaf.age is not None]
    return all(age is not None and wanted.covers(age) for wanted in ages)
