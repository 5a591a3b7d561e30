"""What the actions and the pipeline need of the house: one set a process, given by it or built on first use."""

from __future__ import annotations

import functools
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Callable, Collection, Optional, Sequence

from bot.nlu.reading import Reading

if TYPE_CHECKING:
    from bot.archive.answer import ArchivedAnswer
    from bot.archive.search import Archive
    from bot.knowledge import Knowledge
    from bot.nlu.reader import Reader

# A turn reads its message up to three times (screen, pipeline, action): the last few readings are kept.
READINGS_KEPT = 64

Answers = Callable[[str, Collection[str], str], "Sequence[ArchivedAnswer]"]


def no_answers(_text: str, _findings: Collection[str], _level: str) -> Sequence[ArchivedAnswer]:
    """The archive of a process that has none."""
    return ()


@dataclass(frozen=True)
class Services:
    """Knowledge, reader, archive (`answers(text, findings, level)`, gated) and the numbers to call in this country."""

    knowledge: Knowledge
    reader: Reader
    emergency_number: str
    answers: Answers = no_answers
    urgent_number: Optional[str] = None
    crisis_line: Optional[str] = None
    clinic_contact: Optional[str] = None
    _readings: OrderedDict[tuple[str, date], Reading] = field(default_factory=OrderedDict, repr=False, compare=False)

    def read(self, text: str, as_of: date) -> Reading:
        """What the text says. A text read a moment ago is not read again."""
        reading = self._readings.get((text, as_of))
        if reading is None:
            reading = self._readings[text, as_of] = self.reader.read(text, as_of)
            while len(self._readings) > READINGS_KEPT:
                self._readings.popitem(last=False)
        return reading

    def forget(self) -> None:
        """Drops the texts that were read; they would otherwise go as others come."""
        self._readings.clear()


_current: Optional[Services] = None


def use(services: Optional[Services]) -> None:
    """Make these the process's services; None forgets them, so that the next use builds them from the settings."""
    global _current
    _current = services


def current() -> Services:
    """The process's services; built from the settings where nobody gave any (Rasa's own command line does not)."""
    return _current if _current is not None else _from_settings()


@functools.lru_cache(maxsize=1)
def _from_settings() -> Services:
    from bot.knowledge import load
    from bot.nlu.reader import Reader
    from bot.settings import Settings

    settings = Settings.read()
    knowledge = load(settings.knowledge_path)
    return Services(
        knowledge=knowledge,
        reader=Reader(knowledge),
        emergency_number=settings.emergency_number,
        answers=lambda text, findings, level: _archive().answers(text, findings, level),
        urgent_number=settings.urgent_number,
        crisis_line=settings.crisis_line,
        clinic_contact=settings.clinic_contact,
    )


@functools.lru_cache(maxsize=1)
def _archive() -> Archive:
    """The archive of the settings' database, opened when the first advice asks for it: training needs none."""
    from bot.archive.search import Archive
    from bot.records.database import engine, migrate
    from bot.settings import Settings

    database = engine(Settings.read().database_url)
    migrate(database)
    services = _from_settings()
    return Archive(database, services.knowledge, services.reader)
