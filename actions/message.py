"""The message that an action answers, as the house's own values; and a reply of the house as Rasa utters it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Optional

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.payload import choice_of, payload
from actions.services import Services
from bot.nlu.reading import Reading
from bot.records.lookup import Lookup
from bot.report.reply import Reply
from bot.triage.case import Case

CASE = "case"


@dataclass(frozen=True)
class Incoming:
    """One message of a person: the case before it, its text, what it says, the choices pressed, the day, the words so
    far."""

    case: Case
    text: str
    reading: Reading
    choices: Optional[list[str]]
    on: date
    said: str

    @classmethod
    def of(cls, tracker: Tracker, services: Services) -> Incoming:
        """The newest message of a tracker.

        Our process sends case, choices and day along; under `rasa run` the case is in the slot, a choice is in the
        payload of a button, and the day is today.
        """
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        text = message.get("text") or ""
        on = date.fromisoformat(metadata["as_of"]) if metadata.get("as_of") else date.today()
        pressed = choice_of(text)
        choices = [pressed] if pressed is not None else metadata.get("choices")
        return cls(
            case=Case.from_json(metadata[CASE] if CASE in metadata else tracker.get_slot(CASE)),
            text=text,
            reading=_reading(message, "" if choices is not None else text, services, on),
            choices=choices,
            on=on,
            said=metadata.get("said") or _said(tracker),
        )


def utter(
    dispatcher: CollectingDispatcher,
    reply: Reply,
    case: Case,
    decision: Optional[dict[str, Any]],
    lookup: Optional[Lookup] = None,
) -> None:
    """Utters a reply: its text and buttons for any channel of Rasa's, and all of its parts for our own door."""
    ours = {"reply": reply.to_json(), CASE: case.to_json(), "decision": decision}
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": choice.label, "payload": payload(choice.value)} for choice in reply.choices],
        json_message=ours if lookup is None else {**ours, "lookup": lookup.to_json()},
    )


def keep(case: Case) -> list[dict[str, Any]]:
    """The events that keep a case."""
    return [SlotSet(CASE, case.to_json())]


def _reading(message: dict[str, Any], text: str, services: Services, on: date) -> Reading:
    stored = message.get("reading")
    if stored:
        return Reading.from_json(stored)
    return services.read(text, on) if text.strip() else Reading(text="")


def _said(tracker: Tracker) -> str:
    texts = [event.get("text") or "" for event in tracker.events if event.get("event") == "user"]
    return "\n".join(text for text in texts if text and choice_of(text) is None)
