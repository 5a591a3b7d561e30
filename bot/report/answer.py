"""What the archive has to say, as parts of the advice: one answer or why none is shown, and similar questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.archive.answer import CALMER, ArchivedAnswer
from bot.knowledge import Knowledge


def answer_part(answers: Sequence[ArchivedAnswer], knowledge: Knowledge) -> dict[str, Any]:
    """The closest answer that may be shown; where none may, the words that say so.

    `heading` says whose words they are and when they were written, `notes` what to keep in mind.
    """
    whole = [answer for answer in answers if not answer.cut_off]
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
        }
    specialty = shown.specialty or messages.text("advice.no_specialty")
    date = shown.reply_date.isoformat() if shown.reply_date else messages.text("advice.undated")
    notes = [messages.text("advice.for_someone_else")]
    if shown.written_by != "doctor":
        notes.append(messages.text("advice.sample" if shown.sample else "advice.unsigned"))
    return {
        "shown": True,
        "entry": shown.entry_id,
        "title": shown.title,
        "heading": messages.text(f"advice.answer_{shown.written_by}", specialty=specialty, date=date),
        "question": shown.question,
        "text": shown.reply,
        "doctor": shown.doctor,
        "specialty": specialty,
        "date": date,
        "notes": notes,
        "score": round(shown.score, 4),
        "withheld_because": None,
    }


def similar_part(answers: Sequence[ArchivedAnswer]) -> list[dict[str, Any]]:
    """Questions of the archive that are like this one, without replies."""
    return [
        {"title": answer.title, "question": answer.question, "cut_off": answer.cut_off}
        for answer in answers
        if answer.cut_off
    ]
