"""The action behind nearly every message: what was said goes into the case, and the interview says what comes next."""

from __future__ import annotations

import asyncio
from typing import Any, Optional, Sequence

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.message import Incoming, keep, utter
from actions.services import Services, current
from bot.archive.answer import ArchivedAnswer, lookup_of
from bot.interview.turn import ADVICE, Turn, take_turn
from bot.report.compose import compose
from bot.triage.case import PRESENT

log = structlog.get_logger(__name__)


class ActionTriage(Action):
    """Merges the message into the case, decides, and asks the next question or gives the advice."""

    def name(self) -> str:
        """The name that domain.yml and the rules know it by."""
        return "action_triage"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Takes one turn and utters one reply."""
        services = current()
        return await answer(dispatcher, Incoming.of(tracker, services), services)


async def answer(dispatcher: CollectingDispatcher, incoming: Incoming, services: Services) -> list[dict[str, Any]]:
    """One turn of the interview with this message; gives the events that keep the case."""
    turn = take_turn(incoming.case, incoming.reading, services.knowledge, incoming.on, choices=incoming.choices)
    answers: Optional[Sequence[ArchivedAnswer]] = None
    if turn.kind == ADVICE:
        # In a thread: a database that is slow or locked must not hold up other people's messages.
        answers = await asyncio.to_thread(archived, turn, incoming.said, services)
    reply = compose(
        turn,
        services.knowledge,
        emergency_number=services.emergency_number,
        crisis_line=services.crisis_line,
        answers=answers or (),
        on=incoming.on,
    )
    lookup = None if answers is None else lookup_of(answers)
    utter(dispatcher, reply, turn.case, turn.decision.to_json(), lookup)
    return keep(turn.case)


def archived(turn: Turn, said: str, services: Services) -> Optional[Sequence[ArchivedAnswer]]:
    """The archived answers that go with the advice; None where the archive cannot be read."""
    present = [finding for finding, fact in turn.case.facts.items() if fact.status == PRESENT]
    try:
        return services.answers(said, present, turn.decision.level)
    except SQLAlchemyError as error:
        # The archive illustrates, the rules decide: the advice is given without it.
        log.error("archive not read", error=type(error).__name__)
        return None
