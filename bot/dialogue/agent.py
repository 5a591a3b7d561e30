"""Rasa's Agent in our process, with the actions in process: a text or a choice goes in, a reply comes out.

Importing this imports Rasa: seconds. Whoever can wait with it should (`Desk` does).
"""

from __future__ import annotations

import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Optional, Sequence

import structlog

from bot.dialogue import quiet

quiet.hush()

from rasa.core.agent import Agent  # noqa: E402  (logging must be set before Rasa is imported)
from rasa.core.channels.channel import OutputChannel, UserMessage  # noqa: E402
from rasa.core.tracker_store import TrackerStore  # noqa: E402
from rasa.utils.endpoints import EndpointConfig  # noqa: E402
from rasa_sdk.executor import ActionExecutor  # noqa: E402

from actions.payload import without_slash  # noqa: E402
from bot.dialogue import rasa_patches  # noqa: E402

log = structlog.get_logger(__name__)


class DialogueFailed(Exception):
    """Rasa gave no reply to a message. The message says which part failed, never what was said."""


@dataclass(frozen=True)
class Answered:
    """What came of a message: the replies (Reply JSON), and the case and the decision after it where one was made.

    `lookup` is what became of asking the archive (Lookup JSON), where it was asked.
    """

    replies: list[dict[str, Any]]
    case: Optional[dict[str, Any]] = None
    decision: Optional[dict[str, Any]] = None
    lookup: Optional[dict[str, Any]] = None


class Dialogue:
    """A loaded model, ready for messages. One conversation's messages must come one at a time; the desk sees to it."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    @classmethod
    def load(cls, model: Path, store: Optional[TrackerStore] = None) -> Dialogue:
        """Loads a model that `bot.dialogue.model` trained or checked. Events go to `store`, or stay in memory."""
        rasa_patches.apply()
        executor = ActionExecutor()
        executor.register_package("actions")
        agent = Agent(tracker_store=store, action_endpoint=_InProcess(executor))
        if store is not None:
            # Without Rasa's wrapper, which would answer a failing database with an empty memory.
            agent.tracker_store = store
        agent.load_model(model)
        return cls(agent)

    async def intent(self, text: str) -> str:
        """The intent that the pipeline reads in a text, without touching any conversation."""
        parsed = await self._agent.parse_message(without_slash(text))
        return str(parsed["intent"]["name"])

    async def answer(
        self,
        conversation_id: str,
        text: Optional[str],
        choices: Optional[Sequence[str]],
        case: Optional[dict[str, Any]],
        as_of: date,
        channel: str,
        said: str = "",
    ) -> Answered:
        """Gives a message to Rasa and collects what its actions say.

        `case` is the case before the message, `said` the conversation's own words so far, for the archive. Raises
        DialogueFailed where an action failed or there is no reply; other exceptions of Rasa and the database go up.
        """
        tray = _Tray()
        failed: list[str] = []
        _failures.set(failed)
        metadata = {
            "case": case,
            "choices": None if choices is None else list(choices),
            "as_of": as_of.isoformat(),
            "said": said,
        }
        message = UserMessage(
            without_slash(text or ""),
            tray,
            conversation_id,
            # A choice says exactly what it is, and nothing says nothing: there is nothing to classify.
            parse_data=dict(_SAID_NOTHING) if choices is not None or not (text or "").strip(" /") else None,
            input_channel=channel,
            metadata=metadata,
        )
        await self._agent.handle_message(message)
        if failed:
            raise DialogueFailed(f"{failed[0]} failed")
        if not tray.given:
            raise DialogueFailed("no reply")
        last = tray.given[-1]
        replies = [given["reply"] for given in tray.given]
        return Answered(replies, last.get("case"), last.get("decision"), last.get("lookup"))


_SAID_NOTHING = {"text": "", "intent": {"name": "inform", "confidence": 1.0}, "entities": []}

# The actions that failed in the turn that this task is at. Rasa swallows an action's exception.
_failures: ContextVar[list[str]] = ContextVar("failures")


class _Tray(OutputChannel):
    """Collects the structured replies that the actions utter; their text for other channels is in them already."""

    def __init__(self) -> None:
        self.given: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        return "signpost"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        custom = message.get("custom") or {}
        if custom.get("reply"):
            self.given.append(custom)


class _InProcess(EndpointConfig):
    """The action server as an object in this process: rasa_sdk's executor, without HTTP and without JSON text."""

    def __init__(self, executor: ActionExecutor) -> None:
        # Actions do not look at the domain: it is not copied for them at every call.
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = executor

    async def request(self, *args: Any, json: Optional[dict[str, Any]] = None, **kwargs: Any) -> Any:
        assert json is not None, "Rasa calls an action with a body"
        try:
            return await self._executor.run(json)
        except Exception as error:
            # Whatever an action raises ends here: it is noted for `Dialogue.answer`, and logged as places in the code.
            # Its text stays out of the log, because it may repeat what the person said.
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
            _failures.get([]).append(json["next_action"])
            log.error("action failed", action=json["next_action"], error=type(error).__name__, places=places[-4:])
            raise DialogueFailed(f"{json['next_action']} raised {type(error).__name__}") from None
