"""Advice and the emergency's answer: every part that a card shows, and the same as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Optional

from bot.archive.answer import ArchivedAnswer
from bot.interview.turn import Turn
from bot.knowledge import Knowledge
from bot.knowledge.model import Line, Topic
from bot.report.answer import answer_part, answer_text, similar_part
from bot.report.describe import acknowledged, denied, describe_change, understood, unread
from bot.report.reply import Reply
from bot.report.understood import understood_parts
from bot.triage.decision import Fired

_MOST_CHANGES, _MOST_REASONS = 6, 3


def emergency(turn: Turn, knowledge: Knowledge, number: str) -> Reply:
    """The reply to an emergency, new or told before in the conversation: the call first, and nothing of the archive."""
    messages = knowledge.messages
    fired = [each for each in turn.decision.fired if each.level == "emergency"]
    now = bool(fired)
    reasons = [reason_part(each, knowledge, number) for each in fired]
    headline = messages.text("emergency.headline", number=number)
    said = understood(turn.case, knowledge, urgent_first=True)
    lines = [headline + ".", messages.text("emergency.act", number=number)]
    if not now:
        lines = [headline + ".", messages.text("emergency.lead", number=number), messages.text("emergency.still")]
    elif said:
        lines.append(messages.text("emergency.tell", findings="; ".join(said)))
        lines.append(messages.text("emergency.why", reason=reasons[0]["text"]))
        lines.append(messages.text("emergency.gone"))
        if turn.other:
            lines.append(messages.text("emergency.other"))
        if turn.again:
            lines.append(messages.text("emergency.still"))
    net = {
        "uncertain": messages.text("emergency.uncertain"),
        "watch_for": [messages.text("emergency.watch_for")],
        "how_to_get_help": messages.text("emergency.how_to_get_help", number=number),
        "how_long": messages.text("emergency.how_long"),
    }
    parts = {
        **level_part("emergency", knowledge, number),
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
        "demonstration": demonstration(fired, knowledge),
        "report_url": None,
    }
    return Reply("emergency", "\n".join(lines), advice=parts)


def advice(
    turn: Turn, knowledge: Knowledge, number: str, answers: Sequence[ArchivedAnswer], on: Optional[date] = None
) -> Reply:
    """The advice when the questions are over. `answers` are the archive's, already gated by the level; `on` is the day
    of the decision, by which an old reply is said to be old."""
    messages, decision = knowledge.messages, turn.decision
    if decision.covered == "child":
        return _child(turn, knowledge, number)
    topic = _topic(turn, knowledge)
    # The strongest reasons, and no calmer ones beside them: the record keeps them all.
    strongest = [each for each in decision.fired if each.level == decision.level][:_MOST_REASONS]
    reasons = [reason_part(each, knowledge, number) for each in strongest]
    if not reasons:
        reasons = [{"text": messages.text("advice.no_rule"), "rule": None, "sources": []}]
    changes = [{"text": describe_change(change, knowledge), "level": change.level} for change in decision.would_change][
        :_MOST_CHANGES
    ]
    parts: dict[str, Any] = {
        **level_part(decision.level, knowledge, number),
        "reasons": reasons,
        "understood": understood_parts(turn.case, knowledge),
        "denied": denied(turn.case, knowledge),
        "not_understood": unread(turn),
        "unexplained": list(turn.case.unexplained),
        "answer": answer_part(answers, knowledge, on),
        "similar": similar_part(answers),
        "self_care": _lines(topic.self_care, knowledge) if topic else [],
        "doctor": _lines(topic.doctor, knowledge) if topic else [],
        "specialty": topic.specialty if topic else None,
        "safety_net": _safety_net(topic, knowledge, number),
        "would_change": changes,
        "related": list(topic.related) if topic else [],
        "topics": list(decision.topics),
        "demonstration": demonstration(decision.fired, knowledge),
        "report_url": None,
    }
    return Reply("advice", _advice_text(turn, parts, knowledge), advice=parts)


def _child(turn: Turn, knowledge: Knowledge, number: str) -> Reply:
    messages = knowledge.messages
    parts = {
        **level_part("unknown", knowledge, number),
        "headline": messages.text("level.child.headline"),
        "level_label": messages.text("level.child.label"),
        "timeframe": messages.text("level.child.timeframe"),
        "reasons": [{"text": messages.text("notice.child"), "rule": None, "sources": []}],
        "understood": understood_parts(turn.case, knowledge),
        "not_understood": unread(turn),
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
    return Reply("advice", messages.text("notice.child"), advice=parts)


def level_part(level: str, knowledge: Knowledge, number: str) -> dict[str, Any]:
    """The level as advice shows it: its id, its name, what to do, and by when."""
    messages = knowledge.messages
    return {
        "level": level,
        "level_label": messages.text(f"level.{level}.label"),
        "headline": messages.text(f"level.{level}.headline", number=number),
        "timeframe": messages.text(f"level.{level}.timeframe"),
    }


def reason_part(fired: Fired, knowledge: Knowledge, number: str) -> dict[str, Any]:
    """Why: the words of a rule that fired, with the rule and its sources."""
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


def demonstration(fired: Sequence[Fired], knowledge: Knowledge) -> Optional[str]:
    """The mark on advice that rests on a rule no clinician has signed, or on none; None where all are signed."""
    unsigned = any(each.reviewed is None for each in fired) or not fired
    return knowledge.messages.text("notice.demonstration") if unsigned else None


def _advice_text(turn: Turn, advice: dict[str, Any], knowledge: Knowledge) -> str:
    messages = knowledge.messages
    blocks = [messages.text("advice.lead", headline=advice["headline"])]
    blocks += acknowledged(turn, knowledge)
    blocks.append(
        "\n".join([messages.text("advice.because"), *(_reason_text(each, knowledge) for each in advice["reasons"])])
    )
    answer = advice["answer"]
    if answer is not None:
        blocks.append(answer_text(answer))
    net = advice["safety_net"]
    watch_for = "\n".join([messages.text("advice.watch_for"), *(f"- {line}" for line in net["watch_for"])])
    if not turn.again:
        # Short at first; the rest is told to whoever asks for it.
        blocks += [watch_for, messages.text("advice.more")]
    else:
        blocks += [*_meanwhile(advice, knowledge), watch_for]
        blocks.append(" ".join((net["uncertain"], net["how_to_get_help"], net["how_long"])))
        blocks += _further(advice, knowledge)
    if advice["demonstration"]:
        blocks.append(advice["demonstration"])
    return "\n\n".join(blocks)


def _meanwhile(advice: dict[str, Any], knowledge: Knowledge) -> list[str]:
    """What to do until then, what the doctor may do, and whom to see."""
    messages, blocks = knowledge.messages, []
    for key in ("self_care", "doctor"):
        if advice[key]:
            home = key == "self_care" and advice["level"] == "self_care"
            heading = messages.text("advice.self_care_home" if home else f"advice.{key}", timeframe=advice["timeframe"])
            blocks.append("\n".join([heading, *(f"- {line['text']}" for line in advice[key])]))
    if advice["specialty"]:
        blocks.append(messages.text("advice.specialty", specialty=advice["specialty"]))
    return blocks


def _further(advice: dict[str, Any], knowledge: Knowledge) -> list[str]:
    """What would change the advice, and related topics."""
    messages, blocks = knowledge.messages, []
    if advice["would_change"]:
        lines = [messages.text("advice.would_change"), *(f"- {change['text']}" for change in advice["would_change"])]
        blocks.append("\n".join(lines))
    if advice["related"]:
        blocks.append(messages.text("advice.related", topics=", ".join(advice["related"])))
    return blocks


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
