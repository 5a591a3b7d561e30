"""Entries that are nearly the same: found among thousands, within an import and across imports."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.archive import importing
from bot.archive.importing import import_paths
from bot.archive.near import ALIKE, MOST_COMPARED, MOST_IN_BAND, NearIndex, bands, likeness, threes
from bot.records.models import archive_entries

LONG = "My left wrist aches whenever I type for more than an hour and it clicks when I turn a key or lift a full cup"
ALMOST = LONG.replace("a full cup", "a big cup").replace("My left", "Hello, my LEFT,")
OTHER = "For two weeks my knee has been stiff in the morning, and on the stairs it hurts below the cap when I go down"


def lines(path: Path, *entries: dict[str, Any]) -> Path:
    rows = ({"title": f"T{number}", "reply": "R", **entry} for number, entry in enumerate(entries))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def near(engine: Engine) -> dict[str, str | None]:
    """By source id the source id of the entry that each is nearly the same as."""
    with engine.connect() as connection:
        rows = connection.execute(select(archive_entries).order_by(archive_entries.c.id)).all()
    names = {row.id: row.source_id.removeprefix("id:") for row in rows}
    return {names[row.id]: names.get(row.near_id) for row in rows}


def test_likeness_is_that_of_the_threes_of_words() -> None:
    assert threes("A b, C d") == {("a", "b", "c"), ("b", "c", "d")}
    assert threes("Why me?") == {("why", "me")} and threes("?!") == {()}
    assert likeness(threes("a b c d"), threes("b c d e")) == 1 / 3
    assert likeness(threes(LONG), threes(ALMOST)) >= ALIKE > likeness(threes(LONG), threes(OTHER)) == 0


def test_alike_questions_share_a_band_and_others_do_not() -> None:
    chance = random.Random(3)
    missed = met = 0
    for _ in range(300):
        words = [f"w{chance.randrange(5_000)}" for _ in range(100)]
        alike = [*words[:50], "new", *words[51:]]
        other = [f"w{chance.randrange(5_000)}" for _ in range(100)]
        own, close, far = (set(bands(threes(" ".join(text)), None)) for text in (words, alike, other))
        missed += not own & close
        met += bool(own & far)
    assert (missed, met) == (0, 0)
    assert bands(threes(LONG), "A B") == bands(threes(LONG), "a  b.") != bands(threes(LONG), None)


def test_templates_cannot_make_a_search_long() -> None:
    index = NearIndex()
    for entry_id in range(1_000):
        index.add(entry_id, [1, 2, entry_id + 10])
    assert index.candidates([1, 2]) == list(range(MOST_IN_BAND))
    assert len(index.candidates(range(1_000))) == MOST_COMPARED


def test_the_first_one_stands_for_the_others(engine: Engine, tmp_path: Path) -> None:
    account = import_paths(
        [
            lines(
                tmp_path / "a.jsonl",
                {"id": "first", "question": LONG},
                {"id": "other", "question": OTHER},
                {"id": "almost", "question": ALMOST},
            )
        ],
        engine,
    )
    assert (account.imported, account.near, account.merged) == (3, 1, 0)
    assert near(engine) == {"first": None, "other": None, "almost": "first"}
    later = import_paths([lines(tmp_path / "b.jsonl", {"id": "later", "question": LONG + " again"})], engine)
    assert (later.near, near(engine)["later"]) == (1, "first")
    again = import_paths([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], engine)
    assert (again.unchanged, again.near) == (4, 0)


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_batches_make_no_difference(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(importing, "BATCH", batch)
    entries = [{"id": str(number), "question": f"{LONG}, {'and ' * number}so"} for number in range(5)]
    import_paths([lines(tmp_path / "a.jsonl", *entries, {"id": "o", "question": OTHER})], engine)
    assert near(engine) == {"0": None, "1": "0", "2": "0", "3": "0", "4": "0", "o": None}


def test_different_doctors_give_two_answers(engine: Engine, tmp_path: Path) -> None:
    data = lines(
        tmp_path / "a.jsonl",
        {"id": "a", "question": LONG, "doctor": "Anna Example"},
        {"id": "b", "question": LONG, "doctor": "Bert Beispiel"},
        {"id": "nobody", "question": LONG},
        {"id": "a2", "question": ALMOST, "doctor": "Anna  example"},
        {"title": "T", "question": LONG, "doctor": "Carla Sample", "reply": "One."},
        {"title": "T", "question": LONG, "doctor": "Dan Sample", "reply": "Two."},
    )
    account = import_paths([data], engine)
    assert (account.imported, account.near) == (6, 1)
    assert [other for other in near(engine).values() if other] == ["a"] and near(engine)["a2"] == "a"


def test_the_replies_of_one_page_are_not_each_others(engine: Engine, tmp_path: Path) -> None:
    text = f"T\n{LONG}\nkim, male. Ask Date: 2015/01/02\n" + "".join(
        f"Dr. Carla Sample reply Orthopaedics\nReply {number}.\nReply Date: 2015/01/03\n" for number in (1, 2)
    )
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.txt").write_text(text.replace("T\n", "Another title\n", 1), encoding="utf-8")
    assert import_paths([tmp_path / "a.txt"], engine).near == 0
    assert import_paths([tmp_path / "b.txt"], engine).near == 2


def test_new_words_find_a_new_neighbour(engine: Engine, tmp_path: Path) -> None:
    first, second, third = ({"id": name, "question": text} for name, text in (("1", LONG), ("2", ALMOST), ("3", LONG)))
    third["title"] = "Another"
    import_paths([lines(tmp_path / "a.jsonl", first, second, third)], engine)
    assert near(engine) == {"1": None, "2": "1", "3": "1"}
    account = import_paths([lines(tmp_path / "a.jsonl", {**first, "question": OTHER})], engine)
    assert (account.updated, near(engine)) == (1, {"1": None, "2": None, "3": "2"})
    import_paths([lines(tmp_path / "a.jsonl", {**first, "question": LONG})], engine)
    assert near(engine) == {"1": "2", "2": None, "3": "2"}
