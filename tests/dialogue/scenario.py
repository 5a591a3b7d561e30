"""Conversations written down as data: what a person says or presses, and what must come of it.

A file of scenarios/ is a list of these:

    name: what it shows
    steps:
      - say: "..."              # a text; or {repeat: "...", times: N, then: "..."} for a long one
        at: nerve_signs         # where the conversation must stand: the pending question, or null for none
        id: same                # the client's id of the message, where it matters
        expect: {...}
      - choose: [numbness]      # pressed choices, which must be on offer unless `offered: false`
      - finish: {lasting: over_3_months}   # every further question until something else comes: the choices of a
                                # question, by its id, and "none" for the others

What can be expected is in EXPECT. A key that is not known is refused, and so is an answer to a question that was not
asked: a scenario that has come to stand somewhere else says so, and does not go on by luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from bot.triage.case import Case
from tests.dialogue.chat import Chat

MOST_QUESTIONS = 20
STEP = {"say", "choose", "finish", "at", "id", "offered", "expect"}
ACTS = {"say", "choose", "finish"}


class ScenarioError(Exception):
    """A scenario that cannot be run as it is written."""


@dataclass(frozen=True)
class Scenario:
    """One conversation, with the file it stands in."""

    file: str
    name: str
    steps: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def load(folder: Path) -> list[Scenario]:
    """The scenarios of all files in a folder. Raises ScenarioError for whatever is not known."""
    return [
        parse(entry, path.stem)
        for path in sorted(folder.glob("*.yml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def parse(entry: Mapping[str, Any], file: str) -> Scenario:
    """A scenario from its data. Raises ScenarioError."""
    where = f"{file}: {entry.get('name', '?')}"
    _known(entry, {"name", "steps"}, where)
    for number, step in enumerate(entry["steps"], 1):
        place = f"{where}, step {number}"
        _known(step, STEP, place)
        if len(ACTS & set(step)) != 1:
            raise ScenarioError(f"{place}: it needs one of {', '.join(sorted(ACTS))}")
        if "choose" in step and "at" not in step:
            raise ScenarioError(f"{place}: a choice needs `at`, the question that it answers")
        _known(step.get("expect") or {}, set(EXPECT), f"{place}, expect")
        if isinstance(step.get("say"), dict):
            _known(step["say"], {"repeat", "times", "then"}, f"{place}, say")
    return Scenario(file, entry["name"], list(entry["steps"]))


def run(scenario: Scenario, chat: Chat) -> None:
    """Holds the conversation. Raises AssertionError where it goes another way."""
    chat.begin()
    for number, step in enumerate(scenario.steps, 1):
        where = f"{scenario}, step {number}"
        before = chat.replies
        if "at" in step:
            _stand(chat, step["at"], where)
        if "say" in step:
            chat.say(_text(step["say"]), step.get("id"))
        elif "choose" in step:
            values = [step["choose"]] if isinstance(step["choose"], str) else step["choose"]
            missing = set(values) - chat.pressable
            assert not missing or step.get("offered") is False, f"{where}: not on offer: {missing} of {chat.offered}"
            chat.choose(*values, id=step.get("id"))
        else:
            finish(chat, step["finish"] or {}, where)
        for key, wanted in (step.get("expect") or {}).items():
            EXPECT[key](_Got(chat, before, f"{where}, {key}"), wanted)


def finish(chat: Chat, answers: Mapping[str, str | list[str]], where: str = "") -> list[str]:
    """Answers every question that comes, "none" to those without an answer of their own; gives what was asked."""
    asked: list[str] = []
    while chat.kind == "question":
        question = chat.case.pending
        assert question is not None and len(asked) < MOST_QUESTIONS, f"{where}: too many questions: {asked}"
        answer = answers.get(question, "none")
        values = [answer] if isinstance(answer, str) else answer
        missing = set(values) - set(chat.offered)
        assert not missing, f"{where}: at {question!r}, {missing} is not on offer: {chat.offered}"
        asked.append(question)
        chat.choose(*values)
    unasked = set(answers) - set(asked)
    assert not unasked, f"{where}: never asked: {unasked}; asked: {asked}"
    return asked


@dataclass(frozen=True)
class _Got:
    chat: Chat
    before: list[dict[str, Any]]
    where: str


def _kind(got: _Got, wanted: str) -> None:
    assert got.chat.kind == wanted, f"{got.where}: {got.chat.kind}: {got.chat.text}"


def _level(got: _Got, wanted: str | list[str]) -> None:
    levels = [wanted] if isinstance(wanted, str) else wanted
    assert got.chat.level in levels, f"{got.where}: {got.chat.level}: {got.chat.text}"


def _asked(got: _Got, wanted: list[str]) -> None:
    _kind(got, "question")
    assert set(wanted) <= set(got.chat.offered), f"{got.where}: {got.chat.offered}"


def _choices(got: _Got, wanted: list[str]) -> None:
    assert got.chat.offered == wanted, f"{got.where}: {got.chat.offered}"


def _no_question(got: _Got, wanted: bool) -> None:
    assert (not got.chat.offered and got.chat.kind != "question") is wanted, f"{got.where}: {got.chat.text}"


def _contains(got: _Got, wanted: list[str]) -> None:
    missing = [part for part in wanted if part.lower() not in got.chat.text.lower()]
    assert not missing, f"{got.where}: {missing} not in {got.chat.text}"


def _not_contains(got: _Got, wanted: list[str]) -> None:
    found = [part for part in wanted if part.lower() in got.chat.text.lower()]
    assert not found, f"{got.where}: {found} in {got.chat.text}"


def _understood(got: _Got, wanted: list[str]) -> None:
    advice = got.chat.replies[-1].get("advice") or {}
    said = "; ".join(part["text"] for part in advice.get("understood", ())) or got.chat.text
    missing = [part for part in wanted if part.lower() not in said.lower()]
    assert not missing, f"{got.where}: {missing} not in {said}"


def _facts(got: _Got, wanted: Mapping[str, Any]) -> None:
    """Of the case in the records: the status of a finding, or some of its fields; null for a finding not in it."""
    case = got.chat.case
    for name, expected in wanted.items():
        assert _agrees(case, name, expected), f"{got.where}: {name} is {case.facts.get(name)}, not {expected}"


def _agrees(case: Case, name: str, expected: Any) -> bool:
    fact = case.facts.get(name)
    if expected is None or fact is None:
        return fact is expected
    if isinstance(expected, str):
        return fact.status == expected
    return all(getattr(fact, key) == value for key, value in expected.items())


def _changes(got: _Got, wanted: list[str]) -> None:
    changes = [f"{change.key}: {change.before} -> {change.after}" for change in got.chat.case.changes]
    assert changes == wanted, f"{got.where}: {changes}"


def _rules(got: _Got, wanted: list[str]) -> None:
    reasons = got.chat.replies[-1]["advice"]["reasons"]
    rules = {reason["rule"]["id"] for reason in reasons if reason["rule"]}
    assert all(reason["sources"] for reason in reasons if reason["rule"]), f"{got.where}: a rule without a source"
    assert set(wanted) <= rules, f"{got.where}: {rules}"


def _caution(got: _Got, wanted: bool) -> None:
    rules = [reason["rule"] for reason in got.chat.replies[-1]["advice"]["reasons"] if reason["rule"]]
    assert any(rule["caution"] for rule in rules) is wanted, f"{got.where}: {rules}"


def _pending(got: _Got, wanted: str | None) -> None:
    assert got.chat.case.pending == wanted, f"{got.where}: {got.chat.case.pending}"


def _leads_with(got: _Got, wanted: str) -> None:
    first = got.chat.text.split("\n", 1)[0]
    assert wanted in first, f"{got.where}: {first}"


def _same(got: _Got, wanted: bool) -> None:
    assert (got.chat.replies == got.before) is wanted, f"{got.where}: {got.before} and {got.chat.replies}"


def _status(got: _Got, wanted: int) -> None:
    assert got.chat.error is not None and got.chat.error["status"] == wanted, f"{got.where}: {got.chat.error}"


EXPECT: dict[str, Callable[[_Got, Any], None]] = {
    "kind": _kind,
    "level": _level,
    "asked": _asked,
    "choices": _choices,
    "no_question": _no_question,
    "contains": _contains,
    "not_contains": _not_contains,
    "understood": _understood,
    "facts": _facts,
    "changes": _changes,
    "rules": _rules,
    "caution": _caution,
    "pending": _pending,
    "leads_with": _leads_with,
    "same": _same,
    "status": _status,
}
"""What a step may expect: `kind`, `level` (or some), `asked` (choices on offer, some of them), `choices` (all),
`no_question`, `contains` and `not_contains` (texts), `understood` (words of what is shown as understood), `facts`,
`changes` and `pending` (in the records), `rules` (that gave reasons), `caution`, `leads_with` (in the first line),
`same` (replies as before), `status` (of a refusal)."""


def _text(said: str | Mapping[str, Any]) -> str:
    if isinstance(said, str):
        return said
    return said["repeat"] * said["times"] + said.get("then", "")


def _stand(chat: Chat, question: str | None, where: str) -> None:
    pending = chat.case.pending
    assert pending == question, f"{where}: it stands at {pending!r}, not at {question!r}: {chat.text}"


def _known(entry: Mapping[str, Any], names: set[str], where: str) -> None:
    for key in entry:
        if key not in names:
            near = get_close_matches(str(key), names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ScenarioError(f"{where}: {key!r} is not known{hint}")
