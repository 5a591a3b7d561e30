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
from bot.interview.back import go_back
from bot.interview.questions import pending_asked, reasons_to_ask
from bot.interview.turn import CONFIRM, FORGET, QUESTION, RETRACTION, Turn
from bot.report.compose import compose, greeting, notice
from bot.report.describe import known
from bot.report.reply import Choice, Reply
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
    """Records that the person wants a human, and says how to reach one."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters whom to call; the wish stays in the case, where clinicians see it."""
        services = current()
        incoming = Incoming.of(tracker, services)
        incoming = replace(incoming, case=replace(incoming.case, human=True))
        key = "human" if services.urgent_number else "human_emergency_only"
        return await _notice(dispatcher, incoming, services, "human_clinic" if services.clinic_contact else key)


class ActionWhoAreYou(Action):
    """Says what the bot is."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_who_are_you"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters it; the case stays as it is."""
        services = current()
        return await _notice(dispatcher, Incoming.of(tracker, services), services, "who_are_you")


class ActionForgetMe(Action):
    """Asks whether everything that was written is to be erased; the desk does it when the answer is yes."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_forget_me"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the question; nothing is erased before it is answered."""
        services = current()
        incoming = Incoming.of(tracker, services)
        if incoming.case.emergency:
            return await answer(dispatcher, incoming, services)
        messages = services.knowledge.messages
        choices = (
            Choice(messages.text("request.forget_yes"), "yes"),
            Choice(messages.text("request.forget_no"), "no"),
        )
        text = messages.text("request.forget_me", number=services.emergency_number)
        case = replace(incoming.case, pending=FORGET)
        return _say(dispatcher, replace(incoming, case=case), Reply("question", text, choices))


class ActionWhyAsk(Action):
    """Says why the bot asks, and asks again: the question still waits for its answer."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_why_ask"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters the reasons of the question that is pending, and the question; the case stays as it is."""
        services = current()
        incoming = Incoming.of(tracker, services)
        question = _pending(incoming, services)
        if incoming.case.emergency or question is None:
            return await answer(dispatcher, incoming, services)
        asked = pending_asked(incoming.case, services.knowledge)
        reasons = reasons_to_ask(asked, services.knowledge) if asked else ()
        why = services.knowledge.messages.text("request.why_ask", reasons=" ".join(reasons)).strip()
        return _say(dispatcher, incoming, replace(question, text=f"{why}\n\n{question.text}"))


class ActionBack(Action):
    """Goes back to the question before the present one."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters that question once more; what it had added to the case is open again."""
        services = current()
        incoming = Incoming.of(tracker, services)
        earlier = None if incoming.case.emergency else go_back(incoming.case, services.knowledge)
        if earlier is None:
            return await _notice(dispatcher, incoming, services, "no_way_back")
        incoming = replace(incoming, case=earlier)
        question = _pending(incoming, services)
        if question is None:
            return await _notice(dispatcher, incoming, services, "no_way_back")
        words = services.knowledge.messages.text("request.back")
        return _say(dispatcher, incoming, replace(question, text=f"{words}\n\n{question.text}"))


class ActionMore(Action):
    """Tells the whole of the advice, of which the first reply holds what matters most."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_more"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters it once more, in full; before any advice was given, the message is taken for what it says."""
        services = current()
        incoming = Incoming.of(tracker, services)
        if incoming.case.advised and incoming.case.pending is None:
            incoming = replace(incoming, choices=[])
        return await answer(dispatcher, incoming, services)


class ActionWhatDoYouKnow(Action):
    """Tells everything that the case holds, so that it can be put right."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_what_do_you_know"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utters it, and the question that is pending once more; the case stays as it is."""
        services = current()
        incoming = Incoming.of(tracker, services)
        if incoming.case.emergency:
            return await answer(dispatcher, incoming, services)
        told = known(incoming.case, services.knowledge)
        question = _pending(incoming, services)
        if question is None:
            return _say(dispatcher, incoming, Reply("notice", told))
        return _say(dispatcher, incoming, replace(question, text=f"{told}\n\n{question.text}"))


def _pending(incoming: Incoming, services: Services) -> Optional[Reply]:
    """The question that waits for its answer, as it was asked; None where none does."""
    case, knowledge = incoming.case, services.knowledge
    decision = decide(case, knowledge, incoming.on)
    if case.pending == RETRACTION:
        return compose(Turn(CONFIRM, case, decision), knowledge, emergency_number=services.emergency_number)
    asked = pending_asked(case, knowledge)
    if asked is None:
        return None
    turn = Turn(QUESTION, case, decision, asked)
    return compose(turn, knowledge, emergency_number=services.emergency_number)


async def _notice(
    dispatcher: CollectingDispatcher, incoming: Incoming, services: Services, key: str
) -> list[dict[str, Any]]:
    if incoming.case.emergency:
        # Every reply leads with the emergency until a restart.
        return await answer(dispatcher, incoming, services)
    numbers = {
        "number": services.emergency_number,
        "urgent_number": services.urgent_number,
        "contact": services.clinic_contact,
    }
    return _say(dispatcher, incoming, Reply("notice", services.knowledge.messages.text(f"request.{key}", **numbers)))


def _say(dispatcher: CollectingDispatcher, incoming: Incoming, reply: Reply) -> list[dict[str, Any]]:
    utter(dispatcher, reply, incoming.case, None)
    return keep(incoming.case)
