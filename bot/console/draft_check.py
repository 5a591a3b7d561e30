"""Whether a draft is what its kind has to be: what is wrong with it, and what whoever approves it should know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.archive.entry import Refused
from bot.archive.tables import parse_json_line
from bot.interview.proof import fault
from bot.knowledge import Knowledge
from bot.knowledge.files import read_plain
from bot.knowledge.model import LEVELS, RuleCase
from bot.records.drafts import ENTRY, LONGEST, NLU, RULE_CASE, SCENARIO
from bot.web.texts import Texts

_EXPECTS = ("fires", "near_miss", "denied", "unknown")
_ACTS = {"say", "choose", "finish"}
_STEP = _ACTS | {"at", "id", "offered", "expect"}


class Faulty(ValueError):
    """A draft that is not what its kind has to be; says what was read and what is expected."""


@dataclass(frozen=True)
class Checked:
    """What was found: `problems` have to be put right before anybody can approve; `notes` are worth knowing."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class DraftCheck:
    """Checks drafts against one knowledge version."""

    def __init__(self, knowledge: Knowledge, words: Texts) -> None:
        self._knowledge = knowledge
        self._words = words
        self._kinds: Mapping[str, Callable[[str], list[str]]] = {
            RULE_CASE: self._rule_case,
            NLU: self._nlu,
            SCENARIO: self._scenario,
            ENTRY: self._entry,
        }

    def check(self, kind: str, content: str) -> Checked:
        """What is wrong with a draft, and what is worth knowing."""
        if len(content) > LONGEST:
            return Checked([self._words("check.long", most=LONGEST)])
        try:
            return Checked([], self._kinds[kind](content))
        except (Faulty, ValueError) as error:
            return Checked([str(error)])
        except (yaml.YAMLError, RecursionError):
            return Checked([self._words("check.no_yaml")])

    def case(self, content: str) -> tuple[str, dict[str, Any]]:
        """The rule that a drafted case belongs to, and the case. Raises Faulty, or yaml.YAMLError."""
        data = read_plain(content)
        try:
            ((rule_id, rule),) = data["rules"].items()
            (case,) = rule["cases"]
            named = isinstance(case["name"], str) and case["name"].strip() and set(rule) == {"cases"}
        except (TypeError, KeyError, ValueError, AttributeError):
            raise Faulty(self._words("check.case_form")) from None
        known = {"name", "facts", "message", "expect", "level"}
        if not named or set(case) - known or ("facts" in case) == ("message" in case):
            raise Faulty(self._words("check.case_form"))
        if rule_id not in self._knowledge.rules:
            raise Faulty(self._words("check.no_rule", rule=rule_id))
        if case.get("expect") not in _EXPECTS:
            raise Faulty(self._words("check.expect", valid=", ".join(_EXPECTS)))
        if case.get("level") is not None and case["level"] not in LEVELS:
            raise Faulty(self._words("check.level", valid=", ".join(LEVELS)))
        if not isinstance(case.get("facts", {}), dict) or not isinstance(case.get("message", ""), str):
            raise Faulty(self._words("check.case_form"))
        return str(rule_id), dict(case)

    def _rule_case(self, content: str) -> list[str]:
        rule_id, case = self.case(content)
        if "message" in case:
            # Reading it takes the whole reader: `signpost knowledge check` does it at the export.
            return [self._words("check.message_later")]
        facts = {str(key): value for key, value in case["facts"].items()}
        made = RuleCase(case["name"], case["expect"], facts, None, case.get("level"))
        words = fault(self._knowledge.rules[rule_id], made, self._knowledge)
        return [self._words("check.fails", words=words)] if words else [self._words("check.holds")]

    def _nlu(self, content: str) -> list[str]:
        data = read_plain(content)
        if not isinstance(data, dict) or set(data) != {"version", "nlu"} or not isinstance(data["nlu"], list):
            raise Faulty(self._words("check.nlu_form"))
        for item in data["nlu"]:
            examples = item.get("examples") if isinstance(item, dict) else None
            if not isinstance(examples, str) or set(item) != {"intent", "examples"}:
                raise Faulty(self._words("check.nlu_form"))
            lines = [line for line in examples.splitlines() if line.strip()]
            if not lines or not all(line.lstrip().startswith("- ") for line in lines):
                raise Faulty(self._words("check.nlu_lines"))
        if not data["nlu"]:
            raise Faulty(self._words("check.nlu_form"))
        return []

    def _scenario(self, content: str) -> list[str]:
        data = read_plain(content)
        if not isinstance(data, list) or len(data) != 1 or not isinstance(data[0], dict):
            raise Faulty(self._words("check.scenario_form"))
        scenario = data[0]
        steps = scenario.get("steps")
        if set(scenario) != {"name", "steps"} or not isinstance(steps, list) or not steps:
            raise Faulty(self._words("check.scenario_form"))
        for number, step in enumerate(steps, 1):
            if not isinstance(step, dict) or set(step) - _STEP or len(_ACTS & set(step)) != 1:
                raise Faulty(self._words("check.step", number=number))
            if "choose" in step and "at" not in step:
                raise Faulty(self._words("check.step", number=number))
            if not isinstance(step.get("expect") or {}, dict):
                raise Faulty(self._words("check.step", number=number))
        return []

    def _entry(self, content: str) -> list[str]:
        lines = [line for line in content.split("\n") if line.strip()]
        if len(lines) != 1:
            raise Faulty(self._words("check.entry_form"))
        try:
            parse_json_line(lines[0], self._words("check.entry_file"), 1)
        except Refused as refused:
            raise Faulty(str(refused)) from None
        return []
