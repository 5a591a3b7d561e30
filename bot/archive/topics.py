"""The related topics that pages name: each is kept once, and entries point to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.archive.chunks import chunks
from bot.archive.entry import Topic
from bot.records.database import insert_absent
from bot.records.models import archive_entry_topics as entry_topics
from bot.records.models import archive_topics as topics


def name_topics(connection: Connection, named: Mapping[int, Sequence[Topic]]) -> None:
    """Makes the topics of each entry, by its id, those named, in their order; one no longer named is let go."""
    numbers = _numbers(connection, dict.fromkeys(topic for several in named.values() for topic in several))
    wanted = {
        (entry_id, numbers[topic]): place for entry_id, several in named.items() for place, topic in enumerate(several)
    }
    there: dict[tuple[int, int], int] = {}
    for ids in chunks(named):
        for row in connection.execute(select(entry_topics).where(entry_topics.c.entry_id.in_(ids))):
            there[row.entry_id, row.topic_id] = row.position
    changed = sorted({key[0] for key, _ in wanted.items() ^ there.items()})
    for ids in chunks(changed):
        connection.execute(delete(entry_topics).where(entry_topics.c.entry_id.in_(ids)))
    rows = [
        {"entry_id": entry_id, "topic_id": topic_id, "position": place}
        for (entry_id, topic_id), place in wanted.items()
        if entry_id in set(changed)
    ]
    if rows:
        connection.execute(insert(entry_topics), rows)


def _numbers(connection: Connection, wanted: Collection[Topic]) -> dict[Topic, int]:
    """The id of each topic; those not known yet are added."""
    found: dict[Topic, int] = {}
    for names in chunks(sorted({topic.name for topic in wanted})):
        for row in connection.execute(select(topics).where(topics.c.name.in_(names))):
            found[Topic(row.name, row.specialty)] = row.id
    for topic in [topic for topic in wanted if topic not in found]:
        insert_absent(connection, topics, {"name": topic.name, "specialty": topic.specialty})
        here = (topics.c.name == topic.name, topics.c.specialty == topic.specialty)
        found[topic] = connection.execute(select(topics.c.id).where(*here)).scalar_one()
    return found
