"""The reply to a turn: structured parts for those who can show them, and the same as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from bot.archive.answer import ArchivedAnswer
from bot.interview.questions import Asked, question_text
from bot.interview.turn import ADVICE, CONFIRM, EMERGENCY, NOT_COVERED, NOTHING_NEW, QUESTION, Turn
from bot.knowledge import Knowledge
from bot.knowledge.model import Line, Topic
from bot.report.answer import answer_part, similar_part
from bot.report.describe import denied, describe_change, understood
from bot.report.reply import Choice, Reply
from bot.triage.decision import Fired

_MOST_CHANGES = 6
_MOST_UNREAD = 5


def compose(
    turn: Turn, knowledge: Knowledge, *, emergency_number: str, answers: Sequence[ArchivedAnswer] = ()
) -> Reply:
    """The reply to a turn. `answers` are the archive's, already gated by the level."""
    if turn.kind == EMERGENCY:
        return _emergency(turn, knowledge, emergency_number)
    if turn.kind == CONFIRM:
        return _confirm(turn, knowledge)
    if turn.kind == QUESTION and turn.question is not None:
        return _question(turn, turn.question, knowledge)
    if turn.kind == ADVICE:
        return _advice(turn, knowledge, emergency_number, answers)
    if turn.kind == NOTHING_NEW:
        headline = knowledge.messages.text(f"level.{turn.decision.level}.headline", number=emergency_number)
        return notice(knowledge, "nothing_new", headline=headline)
    if turn.kind == NOT_COVERED:
        return _plain(turn, knowledge, "notice.not_covered", emergency_number)
    return _plain(turn, knowledge, "notice.nothing", emergency_number)


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
    parts = [*_acknowledged(turn, knowledge), knowledge.messages.text(key, number=number)]
    return Reply("notice", "\n\n".join(parts))


def _acknowledged(turn: Turn, knowledge: Knowledge) -> list[str]:
    messages = knowledge.messages
    lines = []
    said = understood(turn.case, knowledge)
    if said:
        lines.append(messages.text("ask.understood", findings="; ".join(said)))
    unread = _unread(turn)
    if unread:
        lines.append(messages.text("ask.not_understood", words=", ".join(f'"{words}"' for words in unread)))
    if turn.case.unexplained and turn.decision.covered == "yes":
        lines.append(messages.text("ask.unexplained", complaints=", ".join(turn.case.unexplained)))
    return lines


def _unread(turn: Turn) -> list[str]:
    if turn.reading is None:
        return []
    return [words for _, _, words in turn.reading.not_understood][:_MOST_UNREAD]


def _question(turn: Turn, asked: Asked, knowledge: Knowledge) -> Reply:
    question = asked.question
    text = question_text(asked, knowledge)
    not_sure = Choice(knowledge.messages.text("ask.not_sure"), "not_sure")
    if question.attribute is not None:
        choices = tuple(Choice(option.label, option.value) for option in question.options)
        return Reply("question", _asked(turn, knowledge, text), (*choices, not_sure), several=False)
    if len(asked.findings) == 1:
        only = asked.findings[0]
        choices = (
            Choice(knowledge.messages.text("ask.yes"), only),
            Choice(knowledge.messages.text("ask.no"), "none"),
            not_sure,
        )
        return Reply("question", _asked(turn, knowledge, _named(text, asked, knowledge)), choices, several=False)
    choices = tuple(Choice(_label(name, knowledge), name) for name in asked.findings)
    none = Choice(knowledge.messages.text("ask.none"), "none")
    return Reply("question", _asked(turn, knowledge, text), (*choices, none, not_sure), several=True)


def _named(text: str, asked: Asked, knowledge: Knowledge) -> str:
    """A group's question of which one finding is left names that finding; a question of its own needs no more."""
    if len(asked.question.findings) == 1:
        return text
    return f"{text} {_label(asked.findings[0], knowledge)}?"


def _asked(turn: Turn, knowledge: Knowledge, text: str) -> str:
    first = sum(turn.case.asked.values()) <= len(turn.case.pending_keys) + len(
        turn.question.keys if turn.question else ()
    )
    lines = _acknowledged(turn, knowledge) if first or _unread(turn) else []
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


def _emergency(turn: Turn, knowledge: Knowledge, number: str) -> Reply:
    messages = knowledge.messages
    fired = [each for each in turn.decision.fired if each.level == "emergency"]
    now = bool(fired)
    reasons = [_reason(each, knowledge, number) for each in fired]
    headline = messages.text("emergency.headline", number=number)
    said = understood(turn.case, knowledge, urgent_first=True)
    lines = [headline + ".", messages.text("emergency.act", number=number)]
    if not now:
        lines = [headline + ".", messages.text("emergency.lead", number=number), messages.text("emergency.still")]
    elif said:
        lines.append(messages.text("emergency.tell", findings="; ".join(said)))
        lines.append(messages.text("emergency.why", reason=reasons[0]["text"]))
        lines.append(messages.text("emergency.gone"))
    net = {
        "uncertain": messages.text("emergency.uncertain"),
        "watch_for": [messages.text("emergency.watch_for")],
        "how_to_get_help": messages.text("emergency.how_to_get_help", number=number),
        "how_long": messages.text("emergency.how_long"),
    }
    advice = {
        **_level_part("emergency", knowledge, number),
        "reasons": reasons,
        "understood": [{"text": text} for text in said],
        "not_understood": [],
        "answer": None,
        "similar": [],
        "self_care": [],
        "doctor": [],
        "specialty": None,
        "safety_net": net,
        "would_change": [],
        "topics": list(turn.decision.topics),
        "demonstration": _demonstration(fired, knowledge),
        "report_url": None,
    }
    return Reply("emergency", "\n".join(lines), advice=advice)


def _advice(turn: Turn, knowledge: Knowledge, number: str, answers: Sequence[ArchivedAnswer]) -> Reply:
    messages, decision = knowledge.messages, turn.decision
    if decision.covered == "child":
        return _child(turn, knowledge, number)
    topic = _topic(turn, knowledge)
    reasons = [_reason(each, knowledge, number) for each in decision.fired]
    if not reasons:
        reasons = [{"text": messages.text("advice.no_rule"), "rule": None, "sources": []}]
    changes = [{"text": describe_change(change, knowledge), "level": change.level} for change in decision.would_change][
        :_MOST_CHANGES
    ]
    advice: dict[str, Any] = {
        **_level_part(decision.level, knowledge, number),
        "reasons": reasons,
        "understood": [{"text": text} for text in understood(turn.case, knowledge)],
        "denied": denied(turn.case, knowledge),
        "not_understood": _unread(turn),
        "unexplained": list(turn.case.unexplained),
        "answer": answer_part(answers, knowledge),
        "similar": similar_part(answers),
        "self_care": _lines(topic.self_care, knowledge) if topic else [],
        "doctor": _lines(topic.doctor, knowledge) if topic else [],
        "specialty": topic.specialty if topic else None,
        "safety_net": _safety_net(topic, knowledge, number),
        "would_change": changes,
        "topics": list(decision.topics),
        "demonstration": _demonstration(decision.fired, knowledge),
        "report_url": None,
    }
    return Reply("advice", _advice_text(turn, advice, knowledge), advice=advice)


def _child(turn: Turn, knowledge: Knowledge, number: str) -> Reply:
    messages = knowledge.messages
    advice = {
        **_level_part("unknown", knowledge, number),
        "reasons": [{"text": messages.text("notice.child"), "rule": None, "sources": []}],
        "understood": [{"text": text} for text in understood(turn.case, knowledge)],
        "not_understood": _unread(turn),
        "answer": None,
        "similar": [],
        "self_care": [],
        "doctor": [],
        "specialty": None,
        "safety_net": _safety_net(_topic(turn, knowledge), knowledge, number),
        "would_change": [],
        "topics": list(turn.decision.topics),
        "demonstration": messages.text("notice.demonstration"),
        "report_url": None,
    }
    return Reply("advice", messages.text("notice.child"), advice=advice)


def _level_part(level: str, knowledge: Knowledge, number: str) -> dict[str, Any]:
    messages = knowledge.messages
    return {
        "level": level,
        "level_label": messages.text(f"level.{level}.label"),
        "headline": messages.text(f"level.{level}.headline", number=number),
        "timeframe": messages.text(f"level.{level}.timeframe"),
    }


def _reason(fired: Fired, knowledge: Knowledge, number: str) -> dict[str, Any]:
    text = knowledge.rules[fired.id].why
    if fired.caution:
        text = knowledge.messages.text("advice.caution", text=text, number=number)
    rule = {"id": fired.id, "version": fired.version, "reviewed": fired.reviewed, "caution": fired.caution}
    return {"text": text, "rule": rule, "sources": _sources(fired.sources, knowledge)}


def _sources(names: Sequence[str], knowledge: Knowledge) -> list[dict[str, str]]:
    found = [knowledge.sources[name] for name in names]
    return [
        {
            "id": each.id,
            "organisation": each.organisation,
            "title": each.title,
            "year": each.year,
            "section": each.section,
        }
        for each in found
    ]


def _lines(lines: Sequence[Line], knowledge: Knowledge) -> list[dict[str, Any]]:
    return [{"text": line.text, "sources": _sources(line.sources, knowledge)} for line in lines]


def _topic(turn: Turn, knowledge: Knowledge) -> Optional[Topic]:
    return next((knowledge.topics[name] for name in turn.decision.topics), None)


def _safety_net(topic: Optional[Topic], knowledge: Knowledge, number: str) -> dict[str, Any]:
    messages = knowledge.messages
    if topic is None:
        return {
            "uncertain": messages.text("emergency.uncertain"),
            "watch_for": [messages.text("notice.not_covered", number=number)],
            "how_to_get_help": messages.text("emergency.how_to_get_help", number=number),
            "how_long": messages.text("notice.anything_else"),
        }
    net = topic.safety_net
    return {
        "uncertain": net.uncertain,
        "watch_for": [line.replace("{number}", number) for line in net.watch_for],
        "how_to_get_help": net.how_to_get_help.replace("{number}", number),
        "how_long": net.how_long,
    }


def _demonstration(fired: Sequence[Fired], knowledge: Knowledge) -> Optional[str]:
    unsigned = any(each.reviewed is None for each in fired) or not fired
    return knowledge.messages.text("notice.demonstration") if unsigned else None


def _advice_text(turn: Turn, advice: dict[str, Any], knowledge: Knowledge) -> str:
    messages = knowledge.messages
    blocks = [messages.text("advice.lead", headline=advice["headline"])]
    blocks += _acknowledged(turn, knowledge)
    blocks.append(
        "\n".join([messages.text("advice.because"), *(_reason_text(each, knowledge) for each in advice["reasons"])])
    )
    answer = advice["answer"]
    if answer is not None:
        blocks.append("\n".join(part for part in (answer["heading"], answer["text"]) if part))
    for key in ("self_care", "doctor"):
        if advice[key]:
            blocks.append("\n".join([messages.text(f"advice.{key}"), *(f"- {line['text']}" for line in advice[key])]))
    if advice["specialty"]:
        blocks.append(messages.text("advice.specialty", specialty=advice["specialty"]))
    net = advice["safety_net"]
    blocks.append("\n".join([messages.text("advice.watch_for"), *(f"- {line}" for line in net["watch_for"])]))
    blocks.append(" ".join((net["uncertain"], net["how_to_get_help"], net["how_long"])))
    if advice["demonstration"]:
        blocks.append(advice["demonstration"])
    return "\n\n".join(blocks)


def _reason_text(reason: dict[str, Any], knowledge: Knowledge) -> str:
    messages = knowledge.messages
    rule = reason["rule"]
    if rule is None:
        return f"- {reason['text']}"
    reviewed = (
        messages.text("advice.reviewed", by=rule["reviewed"])
        if rule["reviewed"]
        else messages.text("advice.not_reviewed")
    )
    source = "; ".join(f"{each['organisation']}, {each['title']}" for each in reason["sources"])
    return messages.text("advice.reason", text=reason["text"], source=source, rule=rule["id"], reviewed=reviewed)
