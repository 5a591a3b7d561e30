"""The messaging platforms of one server: what takes messages in, what answers them, and what delivers the answers."""

from __future__ import annotations

from typing import Any, Optional

from sqlalchemy.engine import Engine
from starlette.routing import Route

from bot.channels.base import Channel
from bot.channels.dialogue import Dialogue
from bot.channels.registry import Off, open_channels
from bot.channels.sender import Sender
from bot.channels.webhooks import routes
from bot.channels.worker import Worker, new_client, new_owner
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.correspondents import Correspondents, Envelopes


class Messaging:
    """All platforms that are on. `start` and `stop` are called in the server's event loop."""

    def __init__(
        self,
        channels: dict[str, Channel],
        settings: Any,
        desk: Any,
        engine: Engine,
        knowledge: Any,
        reader: Reader,
        texts: Any,
    ):
        self.channels = channels
        envelopes, owner = Envelopes(settings.secret), new_owner()
        self.sender = Sender(channels, engine, envelopes, texts, new_client(), owner)
        dialogue = Dialogue(
            desk=desk,
            conversations=Conversations(engine),
            people=Correspondents(engine, envelopes),
            envelopes=envelopes,
            knowledge=knowledge,
            reader=reader,
            texts=texts,
            emergency_number=settings.emergency_number,
        )
        self.worker = Worker(channels, dialogue, self.sender, engine, envelopes, owner)

    def routes(self, metrics: Any) -> list[Route]:
        """The webhooks."""
        return routes(self.channels, self.worker, metrics)

    def start(self) -> None:
        """Begins to answer and to deliver, first what was left behind."""
        self.sender.start()
        self.worker.start()

    async def stop(self) -> None:
        """Ends; what is not finished stays in the database."""
        await self.worker.stop()
        await self.sender.stop()


def open_messaging(
    settings: Any, desk: Any, engine: Engine, knowledge: Any, reader: Reader, texts: Any
) -> tuple[Optional[Messaging], list[Off]]:
    """The platforms whose keys are all there, None where none is meant to be on; and those that lack some. `texts`
    are the words of knowledge/messages/en/channels.yml."""
    on, off = open_channels(settings, {"list_button": texts("list_button")})
    return (Messaging(on, settings, desk, engine, knowledge, reader, texts) if on else None), off
