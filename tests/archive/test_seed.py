"""The page that the project began with, where its folder is beside the tree; its words are not in the tree."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.archive.importing import import_paths
from bot.archive.search import Archive
from bot.records.models import archive_entries, archive_links, archive_topics

SEED = sorted((Path(__file__).resolve().parents[3] / "shared" / "seed").glob("*.txt"))

# Elsewhere there is nothing to run, and a test that is always skipped tells nobody anything: so there is no test.
if SEED:

    @pytest.mark.seed
    def test_the_seed_page_is_imported_whole(engine: Engine) -> None:
        account = import_paths(SEED, engine)
        assert (account.imported, account.linked, account.refused) == (1, 4, [])
        with engine.connect() as connection:
            rows = connection.execute(select(archive_entries).order_by(archive_entries.c.id)).all()
            assert len(connection.execute(select(archive_links)).all()) == 4
            topics = connection.execute(select(archive_topics)).all()
        page, *similar = rows
        assert (page.asker_age_low, page.asker_age_high, page.asker_sex) == (20, 29, "female")
        assert page.ask_date == page.reply_date == date(2004, 8, 17)
        assert page.doctor and page.specialty == "Neurology" and page.reply.count("\n") == 2 and page.unsigned_text
        assert page.reply_level == "routine"
        lines = SEED[0].read_text(encoding="utf-8").splitlines()
        nickname = next(line for line in lines if "Ask Date" in line).split(",")[0]
        assert not any(nickname in str(value) for row in rows for value in row)
        assert all(each.cut_off and each.doctor for each in similar)
        assert len(topics) == 9 and all(topic.specialty == "Neurology" and topic.name for topic in topics)

    @pytest.mark.seed
    def test_the_seed_question_finds_its_page_and_then_the_similar_ones(engine: Engine) -> None:
        sample = Path(__file__).resolve().parents[2] / "knowledge" / "archive" / "sample"
        import_paths([sample, *SEED], engine)
        with engine.connect() as connection:
            page = connection.execute(select(archive_entries).where(archive_entries.c.sample.is_(False))).first()
        assert page is not None
        first, *others = Archive(engine, None).answers(page.question, (), "routine")
        assert (first.entry_id, first.shown, first.written_by) == (page.id, True, "doctor")
        assert sum(other.cut_off for other in others) == 4
