"""Forgetting a person: each table that refers to a conversation is found in the schema, filled, erased and searched."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, inspect, select, text
from sqlalchemy.engine import Connection, Engine

from bot.records.conversations import Conversations
from bot.records.database import writing
from bot.records.erasure import TABLES
from bot.records.existence import must_be_open
from bot.records.models import Embedding, UtcDateTime, metadata
from tests.archive.conftest import any_engine, postgres, server
from tests.records.conftest import NOON, make_turn

__all__ = ["any_engine", "postgres", "server"]

PERSON, OTHER = "c1", "c2"
# Words of no schema, of no ending, and unlike one another: a full-text index keeps stems, and of a stem only what
# differs from the one before.
PLANTED = {PERSON: "ottolin", OTHER: "wilhelmina"}
KEPT = {"conversations"}
"""Tables that keep a row of an erased conversation: its shell, with the receipt."""


def personal() -> list[Table]:
    """The tables that refer to a conversation, directly or through another table that does, the referred ones first."""
    found = [metadata.tables["conversations"]]
    for table in metadata.sorted_tables:
        refers = {key.column.table for column in table.columns for key in column.foreign_keys}
        if "conversation_id" in table.columns or refers & set(found):
            found.append(table) if table not in found else None
    return found


def test_every_table_that_refers_to_a_conversation_is_erased() -> None:
    erased = {table.name for table, _ in TABLES}
    assert {table.name for table in personal()} - KEPT == erased
    places = {table.name: place for place, (table, _) in enumerate(TABLES)}
    for table, _ in TABLES:
        for key in table.foreign_keys:
            other = key.column.table.name
            assert other == table.name or places.get(other, 99) > places[table.name], f"{table.name} before {other}"


def value(table: Table, column: Column[Any], conversation: str, made: dict[str, Any]) -> Any:
    """Something of the column's type; a planted word wherever words fit."""
    for key in column.foreign_keys:
        other = key.column.table.name
        return conversation if other == "conversations" else made.get(other)
    if isinstance(column.type, JSON):
        return {"text": PLANTED[conversation]}
    if isinstance(column.type, UtcDateTime):
        return NOON
    kind = column.type.python_type if not isinstance(column.type, Embedding) else bytes
    if kind is str:
        return f"{PLANTED[conversation]} {table.name}"[: getattr(column.type, "length", None)]
    return {date: NOON.date(), bool: True, int: 7, float: 0.5, bytes: b"x"}[kind]


def fill(connection: Connection, conversation: str) -> None:
    """A row in every table that refers to the conversation, with a planted word in every column that takes one."""
    made: dict[str, Any] = {}
    users = metadata.tables["users"]
    made["users"] = connection.execute(select(users.c.id)).scalar_one()
    for table in personal():
        if table.name == "conversations":
            row = {"id": conversation, "channel": "web", "consent": True, "opened_at": NOON, "last_at": NOON}
        else:
            columns = [column for column in table.columns if not (column.primary_key and column.name == "id")]
            row = {column.name: value(table, column, conversation, made) for column in columns}
        key = connection.execute(table.insert().values(**row)).inserted_primary_key
        made[table.name] = key[0] if key else None


def everything(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every value of every table of the database, those of full-text indexes too, as text."""
    with engine.connect() as connection:
        for name in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                for found in row:
                    shown = bytes(found).decode("latin-1") if isinstance(found, (bytes, memoryview)) else str(found)
                    yield name, shown


def test_forgetting_leaves_nothing_in_any_table_or_file(any_engine: Engine, tmp_path: Path) -> None:
    kept = Conversations(any_engine)
    with any_engine.begin() as connection:
        # As Rasa makes it.
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)"))
        for number, conversation in enumerate((PERSON, OTHER)):
            said = {"id": number, "sender": conversation, "data": PLANTED[conversation]}
            connection.execute(text("INSERT INTO events VALUES (:id, :sender, :data)"), said)
        connection.execute(
            metadata.tables["users"]
            .insert()
            .values(name="ada", display="Ada", role="reviewer", failures=0, created_at=NOON)
        )
        for conversation in (PERSON, OTHER):
            fill(connection, conversation)
    mine = PLANTED[PERSON]
    kept.store_turn(make_turn(2, text=f"{mine} said", case={"facts": {"when": mine}}))
    filled = {name for name, shown in everything(any_engine) if mine in shown}
    indexes = {"summary_words_data"} if any_engine.dialect.name == "sqlite" else set()
    assert filled >= {"events", *indexes, *(table.name for table, _ in TABLES)}

    receipt = kept.erase(PERSON, NOON + timedelta(days=1))

    assert receipt["erased"] == {
        "messages": 3,
        "decisions": 2,
        "feedback": 1,
        "reviews": 1,
        "drafts_exported": 1,
        "outbox": 1,
        "correspondents": 1,
        "events": 1,
    }
    assert [(name, shown) for name, shown in everything(any_engine) if mine in shown] == []
    with any_engine.connect() as connection:
        for table, _ in TABLES:
            if "conversation_id" in table.columns:
                whose = set(connection.execute(select(table.c.conversation_id)).scalars())
                assert whose == {OTHER}, f"{table.name} still has a row of the person's, or lost another's"
        (shell,) = connection.execute(text("SELECT erased_at FROM conversations WHERE id = 'c1'")).all()
    assert shell.erased_at and any(PLANTED[OTHER] in shown for _, shown in everything(any_engine))
    if any_engine.dialect.name == "sqlite":
        any_engine.dispose()
        files = {path.name: path.read_bytes() for path in tmp_path.glob("*.db*")}
        assert files and [name for name, left in files.items() if mine.encode() in left] == []


def test_erased_words_are_found_no_more_and_others_are(any_engine: Engine) -> None:
    with any_engine.begin() as connection:
        for name in (PERSON, OTHER):
            connection.execute(
                metadata.tables["conversations"]
                .insert()
                .values(id=name, channel="web", consent=True, opened_at=NOON, last_at=NOON)
            )
            connection.execute(
                metadata.tables["summary_texts"].insert().values(conversation_id=name, words=f"{PLANTED[name]} limping")
            )
    Conversations(any_engine).erase(PERSON, NOON)
    if any_engine.dialect.name == "sqlite":
        query = "SELECT count(*) FROM summary_words WHERE summary_words MATCH 'limp'"
    else:
        query = "SELECT count(*) FROM summary_texts WHERE words_index @@ to_tsquery('english', 'limp')"
    with any_engine.connect() as connection:
        assert connection.execute(text(query)).scalar() == 1
    if any_engine.dialect.name == "sqlite":
        with any_engine.begin() as connection:
            # Raises where the index does not fit its table.
            connection.execute(text("INSERT INTO summary_words(summary_words, rank) VALUES ('integrity-check', 1)"))


@pytest.mark.parametrize("exported", [0, 1, 2])
def test_the_receipt_tells_drafts_that_left_before_from_those_that_did_not(any_engine: Engine, exported: int) -> None:
    users, drafts, reviews = (metadata.tables[name] for name in ("users", "drafts", "reviews"))
    Conversations(any_engine).store_turn(make_turn(1))
    with any_engine.begin() as connection:
        new = {"name": "ada", "display": "Ada", "role": "lead", "failures": 0, "created_at": NOON}
        user = connection.execute(users.insert().values(**new)).inserted_primary_key[0]
        judged = {"conversation_id": PERSON, "reviewer_id": user, "version": 1, "at": NOON, "tags": [], "done": True}
        review = connection.execute(reviews.insert().values(**judged)).inserted_primary_key[0]
        for number in range(2):
            draft = {"conversation_id": PERSON, "review_id": review, "kind": "rule", "content": "x"}
            left = NOON if number < exported else None
            connection.execute(drafts.insert().values(**draft, made_by=user, made_at=NOON, exported_at=left))
    counts = Conversations(any_engine).erase(PERSON, NOON)["erased"]
    assert (counts.get("drafts", 0), counts.get("drafts_exported", 0)) == (2 - exported, exported)
    assert counts["reviews"] == 1


def test_what_is_being_written_meanwhile_is_erased_too(any_engine: Engine) -> None:
    kept, messages = Conversations(any_engine), metadata.tables["messages"]
    kept.store_turn(make_turn(1))
    with ThreadPoolExecutor(1) as threads:
        with writing(any_engine) as connection:
            must_be_open(connection, PERSON)
            erasing = threads.submit(kept.erase, PERSON, NOON)
            # Without a lock it is done long before this.
            sleep(0.5)
            row = {"conversation_id": PERSON, "at": NOON, "reply": {"id": "l", "text": "late"}}
            connection.execute(messages.insert().values(**row))
        assert erasing.result(30)["erased"]["messages"] == 3
    assert kept.history(PERSON) == []
