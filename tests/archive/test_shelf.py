"""What clinicians see of the archive is the same on every kind of database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from bot.archive.lookups import Lookups
from bot.archive.shelf import Filter, Shelf
from bot.records.conversations import Conversations
from bot.records.lookup import Lookup
from bot.records.models import archive_entries
from tests.archive.test_search import fill
from tests.records.conftest import make_turn

NOW = datetime(2026, 6, 18, 12, 0, tzinfo=timezone.utc)


def ids_of(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(archive_entries.c.id).order_by(archive_entries.c.id)).scalars())


def test_entries_are_found_by_words_level_and_specialty(any_engine: Engine, tmp_path: Path) -> None:
    fill(
        any_engine,
        tmp_path,
        {"title": "Sore KNEE", "question": "It is 100% sore", "reply": "See a doctor today.", "specialty": "Bones"},
        {"title": "Other", "question": "A back\\slash_and more", "specialty": "Skin"},
    )
    shelf = Shelf(any_engine)

    def found(**wanted: str) -> list[str]:
        return [row.title for row in shelf.list(Filter(**wanted), 10)]

    assert found() == ["Sore KNEE", "Other"] and shelf.specialties() == ["Bones", "Skin"]
    assert found(text="knee") == found(text="100%") == found(level="same_day") == found(specialty="Bones") != []
    assert found(text="back\\slash_") == ["Other"] and found(text="%s%") == found(text="a_d m") == []
    assert found(text="\x00") == found(level="'; --") == found(specialty="\ud800") == []
    assert [row.title for row in shelf.list(Filter(), 1, 1)] == ["Other"] and shelf.count(Filter(text="knee")) == 1


def test_what_clinicians_set_stays(any_engine: Engine, tmp_path: Path) -> None:
    fill(any_engine, tmp_path, {"title": "Knee", "question": "Is it sore?"})
    shelf, (entry,) = Shelf(any_engine), ids_of(any_engine)
    assert shelf.hide(entry, "Old \x00", NOW) and shelf.rate(entry, "routine") and not shelf.rate(entry + 1, None)
    shown = shelf.show(entry)
    assert shown and shown.row.hidden_because == "Old \ufffd" and shown.row.hidden_at == NOW
    assert shown.row.clinician_level == "routine" and shelf.count(Filter(hidden=True)) == 1
    assert shelf.show_again(entry, NOW) and shelf.count(Filter(hidden=True)) == 0 and shelf.show(entry + 1) is None


def test_lookups_are_counted_and_outlive_their_entry(any_engine: Engine, tmp_path: Path) -> None:
    fill(any_engine, tmp_path, {"title": "Knee", "question": "Is it sore?"}, {"title": "Toe", "question": "Is it red?"})
    knee, toe = ids_of(any_engine)
    conversations, shelf, lookups = Conversations(any_engine), Shelf(any_engine), Lookups(any_engine)
    withheld = [Lookup("withheld", knee, 0.9, "calmer")] * 2 + [Lookup("withheld", toe, 0.5, "calmer")]
    for number, lookup in enumerate([*withheld, Lookup("shown", toe, 0.8), Lookup("withheld", 99_999), Lookup("none")]):
        assert conversations.store_turn(make_turn(number, at=NOW + timedelta(minutes=number), lookup=lookup))
    rows = lookups.withheld(NOW)
    assert [(row.entry_id, row.times) for row in rows] == [(knee, 2), (None, 1), (toe, 1)]
    assert rows[0].last == NOW + timedelta(minutes=1) and len(lookups.withheld(NOW + timedelta(minutes=2))) == 2
    assert lookups.outcomes(NOW) == {"withheld": 4, "shown": 1, "none": 1}
    assert shelf.counts([toe])[toe] == {"withheld": 1, "shown": 1} and shelf.count(Filter(withheld=True)) == 2
    (unanswered,) = lookups.unanswered(10)
    assert unanswered.words == [f"words {number} ü" for number in range(6)] and lookups.count_unanswered() == 1
    assert unanswered.level == "routine" and unanswered.topics == ()
    with any_engine.begin() as connection:
        connection.execute(delete(archive_entries).where(archive_entries.c.id == knee))
    assert lookups.withheld(NOW)[0].entry_id is None
    conversations.erase("c1", NOW)
    assert lookups.outcomes(NOW) == {} and list(lookups.unanswered(10)) == []
