"""Opening the desk: at once, for emergencies; and with Rasa, which takes its seconds and may fail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Optional

import structlog
from sqlalchemy.engine import Engine

from actions import services
from actions.services import Services
from bot.archive import meaning
from bot.archive.search import Archive
from bot.dialogue.book import Book
from bot.dialogue.desk import Desk
from bot.dialogue.golden import misread
from bot.dialogue.model import ensure_model
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.journal import Journal

if TYPE_CHECKING:
    from bot.dialogue.agent import Dialogue
    from bot.settings import Settings

log = structlog.get_logger(__name__)

JOURNAL = "journal.jsonl"


def open_archive(engine: Engine, knowledge: Knowledge, reader: Reader) -> Archive:
    """The archive that the desk asks: by words, by meaning and by what is read."""
    return Archive(engine, knowledge, reader, meaning.load())


def open_desk(
    settings: Settings,
    engine: Engine,
    knowledge: Knowledge,
    reader: Optional[Reader] = None,
    archive: Optional[Archive] = None,
) -> Desk:
    """A desk that answers emergencies at once, and everything else when `load_dialogue` is done."""
    reader = reader or Reader(knowledge)
    archive = archive or open_archive(engine, knowledge, reader)
    ours = Services(
        knowledge=knowledge,
        reader=reader,
        emergency_number=settings.emergency_number,
        urgent_number=settings.urgent_number,
        crisis_line=settings.crisis_line,
        clinic_contact=settings.clinic_contact,
        answers=archive.answers,
    )
    services.use(ours)
    journal = Journal(settings.home / JOURNAL)
    if journal.waiting():
        # Before the first message: an emergency that only the journal knows of must lead every reply after it too.
        drained = journal.drain(Conversations(engine))
        log.warning("journal drained", stored=drained.stored, left=len(drained.left))
    return Desk(ours, Book(engine, journal, timedelta(minutes=settings.session_minutes)))


async def load_dialogue(desk: Desk, engine: Engine, home: Path, progress: Callable[[str], None]) -> bool:
    """Brings Rasa to the desk: trains the model where there is none, loads it, tests it. Says whether it is ready.

    Whatever fails is logged, and the desk goes on without Rasa.
    """
    desk.loading = asyncio.get_running_loop().create_future()
    try:
        model = await asyncio.to_thread(ensure_model, home, progress)
        desk.dialogue = await asyncio.to_thread(_load, model, engine)
        # The file is named by the hash of what the model was trained on.
        desk.model = model.name.partition(".")[0]
        wrong = await misread(desk.dialogue)
    except Exception as error:
        # Rasa and its libraries raise what they like; without them emergencies are still answered.
        log.error("no dialogue model", error=type(error).__name__, reason=str(error))
        return False
    finally:
        desk.loading.set_result(None)
    if wrong:
        log.error("the dialogue model misreads", wrong=wrong)
    desk.golden = not wrong
    return desk.golden


def _load(model: Path, engine: Engine) -> Dialogue:
    # Here and not above: importing them imports Rasa.
    from bot.dialogue.agent import Dialogue
    from bot.dialogue.tracker_store import EventStore

    store = EventStore(engine)
    store.create_table()
    return Dialogue.load(model, store)
