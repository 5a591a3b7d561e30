"""The next question: the one whose answer could raise the level most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Optional

from bot.knowledge import Knowledge
from bot.knowledge.model import Question, urgency
from bot.triage.asking import askable, askable_items, most_askings
from bot.triage.case import PRESENT, Case
from bot.triage.decision import Decision


@dataclass(frozen=True)
class Asked:
    """A question as it is put in one turn: the findings offered (in order), or the finding its attribute is about.

    `keys` are the keys that it may settle; `again` says that it is asked for the second time, `mixed` that findings of
    several questions of one group are offered together.
    """

    question: Question
    keys: tuple[str, ...]
    findings: tuple[str, ...] = ()
    about: Optional[str] = None
    again: bool = False
    mixed: bool = False


class _Put(NamedTuple):
    """A question that could be put now: its rank (how far it reaches first), the findings that it would offer with
    how far each reaches, and the attribute that it would ask about."""

    rank: tuple[int, bool, int]
    question: Question
    offered: tuple[tuple[str, int], ...]
    key: Optional[str]
    again: bool


def question_text(asked: Asked, knowledge: Knowledge) -> str:
    """The words of the question: the second wording when it is asked again, with the finding it is about named."""
    if asked.mixed:
        kind = "again" if asked.again else "first"
        return knowledge.messages.text(f"ask.{asked.question.group}_{kind}")
    text = asked.question.again if asked.again else asked.question.text
    finding = knowledge.findings.get(asked.about) if asked.about else None
    return text.replace("{finding}", finding.label) if finding else text


def pending_asked(case: Case, knowledge: Knowledge) -> Optional[Asked]:
    """The question that waits for its answer, as it was put; None where none does."""
    question = next((each for each in knowledge.questions if each.id == case.pending), None)
    if question is None:
        return None
    offered = tuple(key for key in case.pending_keys if "." not in key)
    about = next((key.partition(".")[0] for key in case.pending_keys if "." in key), None)
    again = any(case.asked.get(key, 0) > 1 for key in case.pending_keys)
    mixed = any(key not in question.findings for key in offered)
    return Asked(question, case.pending_keys, offered, about, again, mixed)


def reasons_to_ask(asked: Asked, knowledge: Knowledge) -> tuple[str, ...]:
    """Why a question is asked: its own reason, and those of the questions whose findings it took in."""
    homes = [asked.question, *(knowledge.asked_by(name) for name in asked.findings)]
    return tuple(dict.fromkeys(home.why for home in homes if home is not None))


def next_question(case: Case, decision: Decision, knowledge: Knowledge) -> Optional[Asked]:
    """The question to ask now, None where no answer could change the level or the budget is spent.

    Red-flag questions stand outside the budget and are asked once more where the answer stays unknown. A group question
    offers at most `knowledge.most_at_once` findings; one with room left takes in others of its group, as a whole.
    """
    puts = sorted(_possible(case, decision, knowledge), key=lambda put: put.rank, reverse=True)
    for question in knowledge.questions:
        if question.clarifies is not None:
            # How it came on may make it an emergency, wherever it is: that comes first.
            first = next((put for put in puts if put.key == f"{question.clarifies}.onset"), None)
            if first is not None and first.rank[0] == urgency("emergency"):
                return _chosen(first, puts, knowledge)
            asked = _clarifying(case, question)
            if asked is not None:
                return asked
    return _chosen(puts[0], puts, knowledge) if puts else None


def _clarifying(case: Case, question: Question) -> Optional[Asked]:
    unclear = question.clarifies or ""
    said = case.status(unclear) == PRESENT and not any(case.status(name) for name in question.findings)
    # Counted by the question: that the finding itself was asked about before is another matter.
    times = case.asked.get(question.id, 0)
    if not said or times >= most_askings(question):
        return None
    return Asked(question, (question.id,), question.findings, again=times > 0)


def _possible(case: Case, decision: Decision, knowledge: Knowledge) -> list[_Put]:
    """Every question that could be put now, one for its first asking and one for its second."""
    items: dict[str, int] = {}
    attributes: dict[str, dict[str, int]] = {}
    for key, level in decision.open.items():
        if "." in key:
            if askable(key, case, knowledge):
                attributes.setdefault(key.rpartition(".")[2], {})[key] = urgency(level)
        else:
            for item in askable_items(key, case, knowledge):
                items[item] = max(items.get(item, 0), urgency(level))
    puts = []
    for place, question in enumerate(knowledge.questions):
        if question.clarifies is not None or (not question.red_flag and case.spent >= knowledge.budget):
            continue
        open_key = _key(attributes.get(question.attribute or "", {}), case, knowledge)
        for again in (False, True):
            offered = tuple(
                (item, items[item])
                for item in question.findings
                if item in items
                and (case.asked.get(item, 0) > 0) == again
                # What is offered as a whole is not offered in its kinds beside it.
                and not any(whole in items for whole in knowledge.broader(item))
            )
            about = open_key if open_key and (case.asked.get(open_key, 0) > 0) == again else None
            reach = [*(each for _, each in offered), *([attributes[question.attribute or ""][about]] if about else [])]
            if reach:
                # Between questions that reach as high, a red flag comes first and a second asking last.
                rank = (max(reach), question.red_flag and not again, -place)
                puts.append(_Put(rank, question, offered, about, again))
    return puts


def _key(open_keys: Mapping[str, int], case: Case, knowledge: Knowledge) -> Optional[str]:
    """What is asked about is the finding that could raise the level most; among equals, one that was said. Of something
    that was said more exactly since, only the exact one is asked about."""
    exact = [
        key
        for key in open_keys
        if key.startswith("person.")
        or not any(case.status(kind) == PRESENT for kind in knowledge.narrower(key.partition(".")[0]))
    ]
    if not exact:
        return None
    return min(exact, key=lambda each: (-open_keys[each], each.partition(".")[0] not in case.facts, each))


def _chosen(first: _Put, puts: list[_Put], knowledge: Knowledge) -> Asked:
    about = first.key.partition(".")[0] if first.key else None
    keys = (first.key,) if first.key else ()
    if not first.offered:
        return Asked(first.question, keys, about=about, again=first.again)
    most = knowledge.most_at_once
    offered = [item for item, _ in sorted(first.offered, key=lambda each: -each[1])][:most]
    own = len(offered)
    for put in puts:
        # Others join as a whole or not at all: what belongs together is asked together.
        if put is not first and _joins(put, first) and len(offered) + len(put.offered) <= most:
            offered += [item for item, _ in put.offered]
    mixed = len(offered) > own
    return Asked(first.question, (*keys, *offered), tuple(offered), about, first.again, mixed)


def _joins(put: _Put, first: _Put) -> bool:
    same = put.question.group is not None and put.question.group == first.question.group
    return same and put.again == first.again and put.question.red_flag and first.question.red_flag
