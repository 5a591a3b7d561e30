"""The few things that people ask of the bot itself. After an emergency each of them leads with it, except a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.events import Restarted
from rasa_sdk.executor import CollectingDispatcher

from actions.message import Incoming, keep, utter
from actions.restart import asks_to_restart
from actions.services import Services, current
from actions.triage import answer
from bot.interview.questions import Asked
from bot.interview.turn import CONFIRM, QUESTION, RETRACTION, Turn
from bot.report.compose import compose, greeting, notice
from bot.report.reply import Reply
from bot.triage.case import Case
from bot.triage.decide import decide


class ActionRestart(Action):
    """Forgets the case, also one with an emergency. It takes the place of Rasa's action of this name."""

    def name(self) -> str:
        """The name that Rasa gives to what the intent `restart` leads to."""
        return "action_restart"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Says that everything starts again, with an empty case; Rasa starts a new session.

        A text that says more than this wish is taken for what it tells.
        """
        services = current()
        incoming = Incoming.of(tracker, services)
        if not asks_to_restart(incoming.text):
            return await answer(dispatcher, incoming, services)
        reply = notice(services.knowledge, "restarted", number=services.emergency_number)
        # A greeting, because a conversation begins with it: what was said before belongs to another case.
        utter(dispatcher, replace(reply, kind="greeting"), Case(), None)
        return [Restarted()]


class ActionGreet(Action):
    """A greeting is greeted; in the middle of an interview its question is asked again."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_greet"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the greeting or the question; the case stays as it is."""
        services = current()
        incoming = Incoming.of(tracker, services)
        if incoming.case != Case():
            return await answer(dispatcher, incoming, services)
        return _say(dispatcher, incoming, greeting(services.knowledge, emergency_number=services.emergency_number))


class ActionHuman(Action):
    """Says how to reach a person."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the numbers to call; the case stays as it is."""
        key = "human" if current().urgent_number else "human_emergency_only"
        return await _notice(dispatcher, tracker, key)


class ActionForgetMe(Action):
    """Says how everything that was written is erased: the person's client does it, with a receipt."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_forget_me"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters how to do it; the case stays as it is."""
        return await _notice(dispatcher, tracker, "forget_me")


class ActionWhyAsk(Action):
    """Says why the bot asks, and asks again: the question still waits for its answer."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_why_ask"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the reason and the question that is pending; the case stays as it is."""
        services = current()
        incoming = Incoming.of(tracker, services)
        question = _pending(incoming, services)
        if incoming.case.emergency or question is None:
            return await answer(dispatcher, incoming, services)
        why = services.knowledge.messages.text("request.why_ask")
        return _say(dispatcher, incoming, replace(question, text=f"{why}\n\n{question.text}"))


def _pending(incoming: Incoming, services: Services) -> Optional[Reply]:
    """The question that waits for its answer, as it was asked; None where none does."""
    case, knowledge = incoming.case, services.knowledge
    decision = decide(case, knowledge, incoming.on)
    if case.pending == RETRACTION:
        return compose(Turn(CONFIRM, case, decision), knowledge, emergency_number=services.emergency_number)
    question = next((each for each in knowledge.questions if each.id == case.pending), None)
    if question is None:
        return None
    about = case.pending_keys[0].partition(".")[0] if case.pending_keys else None
    asked = Asked(question, case.pending_keys, () if question.attribute else case.pending_keys, about)
    turn = Turn(QUESTION, case, decision, asked)
    return compose(turn, knowledge, emergency_number=services.emergency_number)


async def _notice(dispatcher: CollectingDispatcher, tracker: Tracker, key: str) -> list[dict[str, Any]]:
    services = current()
    incoming = Incoming.of(tracker, services)
    if incoming.case.emergency:
        # Every reply leads with the emergency until a restart.
        return await answer(dispatcher, incoming, services)
    numbers = {"number": services.emergency_number, "urgent_number": services.urgent_number}
    return _say(dispatcher, incoming, Reply("notice", services.knowledge.messages.text(f"request.{key}", **numbers)))


def _say(dispatcher: CollectingDispatcher, incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
    utter(dispatcher, reply, incoming.case, None)
    return keep(incoming.case)
