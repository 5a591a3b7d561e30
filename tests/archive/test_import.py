"""Import: everything that was given is in the account, once, and nothing that is refused stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from bot.archive import importing
from bot.archive.entry import Account
from bot.archive.importing import import_paths
from bot.records.models import archive_entries, archive_entry_topics, archive_links, archive_topics

SAMPLE = Path(importing.__file__).parents[2] / "knowledge" / "archive" / "sample"


def rows(engine: Engine, table: Any = archive_entries) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def counts(account: Account) -> tuple[int, ...]:
    return account.read, account.imported, account.updated, account.unchanged, account.merged, account.linked


def lines(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


ROW = {"title": "T", "question": "Is it so?", "reply": "It is so."}


def test_a_page_is_stored_with_links_and_topics(engine: Engine, pages: Path) -> None:
    assert counts(import_paths([pages / "plain.txt"], engine)) == (1, 1, 0, 0, 0, 2)
    entry, thumb, hands = rows(engine)
    assert (entry.title, entry.reply_level, entry.reply_level_cue) == (
        "Sore wrist when I type", "routine", "please make an appointment"
    )  # fmt: skip
    assert [(link.entry_id, link.similar_id, link.position) for link in rows(engine, archive_links)] == [
        (entry.id, thumb.id, 0),
        (entry.id, hands.id, 1),
    ]
    assert thumb.cut_off and hands.cut_off and not entry.cut_off
    assert [(topic.name, topic.specialty) for topic in rows(engine, archive_topics)] == [
        ("Sprained Ankle", "Orthopaedics"),
        ("Elbow", ""),
    ]
    assert len(rows(engine, archive_entry_topics)) == 2


def test_importing_again_changes_nothing(engine: Engine, pages: Path) -> None:
    import_paths([pages], engine)
    before = rows(engine), rows(engine, archive_links), rows(engine, archive_topics)
    again = import_paths([pages], engine)
    assert (again.imported, again.updated, again.merged, again.linked) == (0, 0, 0, 0)
    assert again.unchanged + len(again.refused) == again.read
    assert (rows(engine), rows(engine, archive_links), rows(engine, archive_topics)) == before


def test_the_page_of_an_extract_takes_its_place(engine: Engine, pages: Path) -> None:
    import_paths([pages / "plain.txt"], engine)
    extract = rows(engine)[1]
    assert counts(import_paths([pages / "thumb.txt"], engine)) == (1, 1, 0, 0, 0, 0)
    whole = next(row for row in rows(engine) if row.title == "My thumb clicks")
    assert whole.id != extract.id and not whole.cut_off
    assert {link.position: link.similar_id for link in rows(engine, archive_links)}[0] == whole.id
    import_paths([pages / "plain.txt"], engine)
    assert [row.title for row in rows(engine)].count("My thumb clicks") == 1


def test_a_page_that_is_there_already_is_linked_itself(engine: Engine, pages: Path) -> None:
    import_paths([pages / "thumb.txt", pages / "plain.txt"], engine)
    titles = [row.title for row in rows(engine)]
    assert titles.count("My thumb clicks") == 1 and len(titles) == 3


def test_an_entry_is_updated_by_its_id(engine: Engine, tmp_path: Path) -> None:
    import_paths([lines(tmp_path / "a.jsonl", {**ROW, "id": 7})], engine)
    with engine.begin() as connection:
        connection.execute(update(archive_entries).values(clinician_level="same_day", hidden_because="wrong"))
    assert import_paths([lines(tmp_path / "a.jsonl", {**ROW, "id": "7", "tags": ["x"]})], engine).updated == 1
    (entry,) = rows(engine)
    assert (entry.tags, entry.clinician_level, entry.hidden_because) == (["x"], "same_day", "wrong")
    assert import_paths([lines(tmp_path / "a.jsonl", {**ROW, "id": 7, "reply": "It is not."})], engine).updated == 1
    (entry,) = rows(engine)
    assert (entry.reply, entry.clinician_level) == ("It is not.", None), "a level set for other words must not stay"


def test_without_an_id_title_and_question_are_the_id(engine: Engine, tmp_path: Path) -> None:
    import_paths([lines(tmp_path / "a.jsonl", ROW)], engine)
    account = import_paths([lines(tmp_path / "b.jsonl", {**ROW, "reply": "Or is it?"})], engine)
    assert counts(account) == (1, 0, 1, 0, 0, 0)
    assert [row.reply for row in rows(engine)] == ["Or is it?"]


def test_the_same_text_under_two_ids_is_merged(engine: Engine, tmp_path: Path) -> None:
    twice = lines(
        tmp_path / "a.jsonl",
        {**ROW, "id": 1},
        {**ROW, "id": 2, "question": "is it  SO"},
        {**ROW, "id": 3, "reply": "No."},
    )
    assert counts(import_paths([twice], engine)) == (3, 2, 0, 0, 1, 0)
    assert len(rows(engine)) == 2


def test_halves_of_characters_stop_nothing(engine: Engine, tmp_path: Path) -> None:
    odd = {**ROW, "id": "\ud800", "title": "T\ud800\x00", "tags": ["\udfff"], "specialty": "\x00S"}
    assert counts(import_paths([lines(tmp_path / "a.jsonl", odd, {**ROW, "id": 2, "question": "Why?"})], engine)) == (
        2,
        2,
        0,
        0,
        0,
        0,
    )
    assert [row.title for row in rows(engine)] == ["T\ufffd\ufffd", "T"]


def test_csv_with_its_columns_in_any_order(engine: Engine, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    rows_in = ("Reply,Title,question,reply_date,tags", '"Rest, then\nwalk.",Knee,Why?,2020-02-29,a;b', ",Empty,Why?,,")
    table.write_text("\ufeff" + "\n".join((*rows_in, "R,T,Q,2020-02-30,", "")), encoding="utf-8")
    account = import_paths([table], engine)
    (entry,) = rows(engine)
    assert (entry.reply, entry.title, str(entry.reply_date), entry.tags) == (
        "Rest, then\nwalk.",
        "Knee",
        "2020-02-29",
        ["a", "b"],
    )
    assert [str(refusal) for refusal in account.refused] == [
        "a.csv:4: read fields Title, question; expected text in title, question, reply (reply missing or empty)",
        'a.csv:5: read reply_date "2020-02-30"; expected a date as YYYY-MM-DD',
    ]


def test_refusals_name_file_line_what_was_read_and_what_is_expected(engine: Engine, pages: Path) -> None:
    account = import_paths([pages / "broken", pages / "no-such.txt", Path(__file__)], engine)
    assert [row.title for row in rows(engine)] == ["Good"]
    told = [str(refusal) for refusal in account.refused]
    for words in (
        f"{pages / 'no-such.txt'}: read no such file or folder; expected a file or a folder that can be read",
        'test_import.py: read a file of kind ".py"; expected one of .txt, .jsonl, .ndjson, .csv',
        "broken/columns.csv:1: read columns title, reply; expected a first line that names the columns title, "
        "question, reply (question missing)",
        "broken/latin1.txt:1: read bytes that are not UTF-8, at byte 3; expected a text in UTF-8",
        'broken/rows.jsonl:3: read "["not", "an", "object"]"; expected one JSON object on the line',
        "broken/rows.jsonl:4: read fields question, title; expected text in title, question, reply "
        "(reply missing or empty)",
        'broken/rows.jsonl:5: read ask_date "yesterday"; expected a date as YYYY-MM-DD',
        'broken/rows.jsonl:6: read tags "[1]"; expected a list of texts',
        "broken/rows.jsonl:7: read id \"{'no': 1}\"; expected a text or a whole number of up to 120 characters",
    ):
        assert words in told
    assert any(one.startswith('broken/rows.jsonl:2: read "{"title": "Broken"," (') for one in told)
    in_files = [refusal for refusal in account.refused if refusal.line is not None]
    assert account.read == 1 + len(in_files) == 16


def test_a_batch_is_one_transaction_and_the_rest_can_be_run_again(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    data = lines(tmp_path / "a.jsonl", *({**ROW, "title": f"T{number}"} for number in range(5)))
    seen: list[tuple[int, int]] = []

    def stop_after_the_first(done: int, total: int) -> None:
        seen.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_paths([data], engine, stop_after_the_first)
    assert len(rows(engine)) == 2 and 0 < seen[0][0] < seen[0][1] == data.stat().st_size
    assert counts(import_paths([data], engine)) == (5, 3, 0, 2, 0, 0)


def test_the_sample_archive_is_whole_and_honest(engine: Engine) -> None:
    account = import_paths([SAMPLE], engine)
    assert account.refused == [] and account.imported == account.read >= 12
    for entry in rows(engine):
        assert entry.sample and entry.doctor is None and entry.specialty and entry.ask_date and entry.reply_date
        assert "sample reply, written for the Signpost project" in entry.reply and "no doctor wrote it" in entry.reply
    # Every similar question of the sample is another of its pages, so none is left as an extract.
    assert not any(entry.cut_off for entry in rows(engine)) and len(rows(engine, archive_links)) == 2
    assert {entry.reply_level for entry in rows(engine)} == {
        "emergency", "same_day", "within_2_weeks", "routine", "self_care"
    }  # fmt: skip
