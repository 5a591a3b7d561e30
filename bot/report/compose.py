"""The reply to a turn: structured parts for those who can show them, and the same as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Optional

from bot.archive.answer import ArchivedAnswer
from bot.interview.questions import Asked, question_text
from bot.interview.turn import (
    ADVICE,
    CONFIRM,
    CRISIS,
    EMERGENCY,
    NOT_COVERED,
    NOTHING_NEW,
    QUESTION,
    Turn,
    in_crisis,
)
from bot.knowledge import Knowledge
from bot.report.advice import advice, emergency
from bot.report.crisis import crisis
from bot.report.describe import acknowledged, unread
from bot.report.reply import Choice, Reply
from bot.report.understood import understood_parts


def compose(
    turn: Turn,
    knowledge: Knowledge,
    *,
    emergency_number: str,
    crisis_line: Optional[str] = None,
    answers: Sequence[ArchivedAnswer] = (),
    on: Optional[date] = None,
) -> Reply:
    """The reply to a turn. `answers` are the archive's, already gated by the level, and `on` is the day of the
    decision, by which an old answer is said to be old; `crisis_line` is whom to call who may harm themselves, by name
    and number.
    """
    if turn.kind == CRISIS or (turn.kind == EMERGENCY and in_crisis(turn.decision, knowledge)):
        return crisis(turn, knowledge, emergency_number, crisis_line)
    if turn.kind == EMERGENCY:
        return emergency(turn, knowledge, emergency_number)
    if turn.kind == CONFIRM:
        return _confirm(turn, knowledge)
    if turn.kind == ADVICE:
        return advice(turn, knowledge, emergency_number, answers, on)
    return replace(
        _shorter(turn, knowledge, emergency_number), understood=tuple(understood_parts(turn.case, knowledge))
    )


def _shorter(turn: Turn, knowledge: Knowledge, number: str) -> Reply:
    """A question or a notice: what comes before the advice, or of a message that adds nothing to it."""
    if turn.kind == QUESTION and turn.question is not None:
        return _question(turn, turn.question, knowledge)
    if turn.kind == NOTHING_NEW:
        headline = knowledge.messages.text(f"level.{turn.decision.level}.headline", number=number)
        return notice(knowledge, "nothing_new", headline=headline)
    if turn.kind == NOT_COVERED:
        return _plain(turn, knowledge, "notice.not_covered", number)
    return _plain(turn, knowledge, "notice.nothing", number)


def greeting(knowledge: Knowledge, *, emergency_number: str) -> Reply:
    """What the bot says first."""
    return Reply("greeting", knowledge.messages.text("notice.greeting", number=emergency_number))


def failure(knowledge: Knowledge, *, emergency_number: str) -> Reply:
    """What the person is told when a part of us failed: what to do all the same."""
    return Reply("failure", knowledge.messages.text("notice.failure", number=emergency_number))


def notice(knowledge: Knowledge, key: str, **values: object) -> Reply:
    """A short message by its key under "notice"."""
    return Reply("notice", knowledge.messages.text(f"notice.{key}", **values))


def _plain(turn: Turn, knowledge: Knowledge, key: str, number: str) -> Reply:
    parts = [*acknowledged(turn, knowledge), knowledge.messages.text(key, number=number)]
    return Reply("notice", "\n\n".join(parts))


def _question(turn: Turn, asked: Asked, knowledge: Knowledge) -> Reply:
    question = asked.question
    text = question_text(asked, knowledge)
    not_sure = Choice(knowledge.messages.text("ask.not_sure"), "not_sure")
    if question.attribute is not None and question.none is None:
        choices = tuple(Choice(option.label, option.value) for option in question.options)
        return Reply("question", _asked(turn, knowledge, text), (*choices, not_sure), several=False)
    if len(asked.findings) == 1 and asked.about is None:
        only = asked.findings[0]
        choices = (
            Choice(knowledge.messages.text("ask.yes"), only),
            Choice(knowledge.messages.text("ask.no"), "none"),
            not_sure,
        )
        return Reply("question", _asked(turn, knowledge, _named(text, asked, knowledge)), choices, several=False)
    options = question.options if asked.about else ()
    choices = (
        *(Choice(option.label, option.value) for option in options),
        *(Choice(_label(name, knowledge), name) for name in asked.findings),
    )
    none = Choice(knowledge.messages.text("ask.none"), "none")
    return Reply("question", _asked(turn, knowledge, text), (*choices, none, not_sure), several=True)


def _named(text: str, asked: Asked, knowledge: Knowledge) -> str:
    """A group's question of which one finding is left names that finding; a question of its own needs no more."""
    if len(asked.question.findings) == 1:
        return text
    return knowledge.messages.text("ask.single", choice=_label(asked.findings[0], knowledge))


def _asked(turn: Turn, knowledge: Knowledge, text: str) -> str:
    first = turn.question is not None and len(turn.case.asked) <= len({*turn.question.keys, *turn.question.findings})
    lines = acknowledged(turn, knowledge) if first or unread(turn) else []
    if turn.case.about_other:
        text = knowledge.messages.text("ask.about_other", question=text)
    return "\n\n".join([*lines, text])


def _label(finding: str, knowledge: Knowledge) -> str:
    entry = knowledge.findings[finding]
    return entry.choice or entry.label


def _confirm(turn: Turn, knowledge: Knowledge) -> Reply:
    messages = knowledge.messages
    finding = turn.case.retracting
    label = knowledge.findings[finding].label if finding else ""
    choices = (
        Choice(messages.text("ask.retraction_yes"), "yes"),
        Choice(messages.text("ask.retraction_no"), "no"),
    )
    return Reply("question", messages.text("ask.retraction", finding=label), choices)
