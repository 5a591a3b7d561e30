"""What the archive has to say, as parts of the advice: an answer or why none is shown, and similar questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Optional

from bot.archive import medicines
from bot.archive.answer import CALMER, ArchivedAnswer
from bot.archive.words import stems
from bot.knowledge import Knowledge

# A reply that is older than this is said to be.
OLD_YEARS = 10
# Two replies that share so much of their words say the same, unless their levels differ.
SAME_WORDS = 0.8


def answer_part(answers: Sequence[ArchivedAnswer], knowledge: Knowledge, on: Optional[date]) -> dict[str, Any]:
    """The closest answer that may be shown; where none may, the words that say so. `on` is the day of the decision.

    `heading` says whose words they are and when they were written, `notes` what to keep in mind; `cautions` are those
    of the notes that the heading does not say as well. Where another reply to the same question differs, it stands in
    `others`, in the same shape, with a `heading` of its own: replies are laid side by side, and never made into one.
    """
    whole = [answer for answer in answers if not answer.question_only]
    shown = next((answer for answer in whole if answer.shown), None)
    messages = knowledge.messages
    if shown is None:
        withheld = any(answer.withheld_because == CALMER for answer in whole)
        key = "advice.withheld" if withheld else "advice.no_answer"
        return {
            "shown": False,
            "withheld_because": CALMER if withheld else None,
            "heading": messages.text(key),
            "text": "",
            "others": [],
        }
    part = _shown(shown, knowledge, on)
    same = [answer for answer in whole if answer is not shown and answer.same_question(shown)]
    other = _other(shown, same)
    if other is not None:
        part["others"] = [_shown(other, knowledge, on)]
    elif any(answer.withheld_because == CALMER for answer in same):
        part["cautions"].append(messages.text("advice.other_withheld"))
    part["notes"] += part["cautions"]
    for each in part["others"]:
        each["notes"] += each["cautions"]
        each["lead"] = messages.text("advice.differ")
    return part


def answer_text(part: dict[str, Any]) -> str:
    """An answer as plain text, the other reply to the same question after it; or the words that say why none is."""
    lines = [part["heading"], part["text"]]
    if part["shown"]:
        lines += [part["signature"], *part["cautions"]]
    blocks = ["\n".join(line for line in lines if line)]
    blocks += [f"{other['lead']}\n{answer_text(other)}" for other in part["others"]]
    return "\n\n".join(blocks)


def answer_parts(answers: Sequence[ArchivedAnswer], knowledge: Knowledge, on: Optional[date]) -> list[dict[str, Any]]:
    """Every answered question that may be shown, best first, each as `answer_part` gives it; where none may, the part
    that says why, and where none is near, nothing."""
    whole = [answer for answer in answers if not answer.question_only]
    parts = []
    while shown := next((answer for answer in whole if answer.shown), None):
        parts.append(answer_part([each for each in whole if each.same_question(shown)], knowledge, on))
        whole = [each for each in whole if not each.same_question(shown)]
    return parts or ([answer_part(whole, knowledge, on)] if whole else [])


def similar_part(answers: Sequence[ArchivedAnswer]) -> list[dict[str, Any]]:
    """Questions of the archive that are like this one, without replies."""
    return [
        {"title": answer.title, "question": answer.question, "cut_off": answer.cut_off}
        for answer in answers
        if answer.question_only
    ]


def _shown(answer: ArchivedAnswer, knowledge: Knowledge, on: Optional[date]) -> dict[str, Any]:
    messages = knowledge.messages
    specialty = answer.specialty or messages.text("advice.no_specialty")
    day = _date(answer, knowledge)
    notes = [messages.text("advice.for_someone_else")]
    if answer.written_by != "doctor":
        notes.append(messages.text("advice.sample" if answer.sample else "advice.unsigned"))
    return {
        "shown": True,
        "entry": answer.entry_id,
        "title": answer.title,
        "heading": messages.text(f"advice.answer_{answer.written_by}", specialty=specialty, date=day),
        "question": answer.question,
        "text": answer.reply,
        "doctor": answer.doctor,
        "signature": messages.text("advice.signature", doctor=answer.doctor) if answer.doctor else "",
        "specialty": specialty,
        "date": day,
        "level": answer.level,
        "level_by": "clinician" if answer.rated else "reading",
        "notes": notes,
        "cautions": _cautions(answer, knowledge, on),
        "score": round(answer.score, 4),
        "withheld_because": None,
        "others": [],
    }


def _date(answer: ArchivedAnswer, knowledge: Knowledge) -> str:
    return answer.reply_date.isoformat() if answer.reply_date else knowledge.messages.text("advice.undated")


def _cautions(answer: ArchivedAnswer, knowledge: Knowledge, on: Optional[date]) -> list[str]:
    messages, cautions = knowledge.messages, []
    if answer.rated:
        label = messages.text(f"level.{answer.level}.label")
        cautions.append(messages.text("advice.rated", level=label))
    # A reply without a date is at least not said to be young where its question is old.
    written = answer.reply_date or answer.ask_date
    if written and on and _old(written, on):
        key = "advice.old" if answer.reply_date else "advice.old_question"
        cautions.append(messages.text(key, year=written.year, years=OLD_YEARS))
    if medicines.load().named_in(answer.reply):
        cautions.append(messages.text("advice.medicines"))
    return cautions


def _old(written: date, on: date) -> bool:
    # Compared by parts: the 29th of February has no day of its own in most years.
    return (written.year + OLD_YEARS, written.month, written.day) < (on.year, on.month, on.day)


def _other(shown: ArchivedAnswer, same: Sequence[ArchivedAnswer]) -> Optional[ArchivedAnswer]:
    """The reply to the same question that differs most: by its level, then by its words; None where none differs."""
    may = [answer for answer in same if answer.shown]
    differing = [answer for answer in may if answer.level != shown.level or _alike(answer, shown) < SAME_WORDS]
    return min(differing, key=lambda each: (each.level == shown.level, _alike(each, shown)), default=None)


def _alike(one: ArchivedAnswer, other: ArchivedAnswer) -> float:
    ours, theirs = set(stems(one.reply)), set(stems(other.reply))
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 1.0
