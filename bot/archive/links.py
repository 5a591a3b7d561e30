"""Links between an entry and the similar questions that its page shows, of which the page has only extracts.

A similar question is linked to its own page where that is known. Until then its extract is kept as an entry, and is
replaced by the page when that is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.archive.chunks import chunks
from bot.archive.entry import Entry, Similar, key
from bot.records.models import archive_entries as entries
from bot.records.models import archive_links as links

# An extract has an id of this kind until the page that it was taken from is imported.
EXTRACT = "extract:"
# An entry's id, or the source id of an extract that is not stored yet.
_Which = Union[int, str]


def extracts_of(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The extracts that were taken from these entries, by the entries' source ids."""
    by_title: dict[str, list[Any]] = {}
    for keys in chunks(sorted({row["title_key"] for row in rows})):
        query = select(entries).where(entries.c.title_key.in_(keys), entries.c.source_id.startswith(EXTRACT))
        for extract in connection.execute(query.order_by(entries.c.id)):
            by_title.setdefault(extract.title_key, []).append(extract)
    found: dict[str, list[Any]] = {}
    taken: set[int] = set()
    for row in rows:
        own = [
            extract
            for extract in by_title.get(row["title_key"], ())
            if extract.id not in taken and begins(row["question"], extract.question)
        ]
        if own:
            found[row["source_id"]] = own
            taken.update(extract.id for extract in own)
    return found


def replace_extracts(connection: Connection, pages: Mapping[int, int]) -> None:
    """Points all links to extracts at the entries that `pages` has, by the ids of the extracts, and removes these."""
    moved: list[Any] = []
    pointing: set[tuple[int, int]] = set()
    for ids in chunks(pages):
        moved += connection.execute(select(links).where(links.c.similar_id.in_(ids))).all()
        connection.execute(delete(links).where(links.c.similar_id.in_(ids)))
    for ids in chunks(sorted(set(pages.values()))):
        query = select(links.c.entry_id, links.c.similar_id).where(links.c.similar_id.in_(ids))
        pointing.update((row.entry_id, row.similar_id) for row in connection.execute(query))
    rows = []
    for link in moved:
        pair = (link.entry_id, pages[link.similar_id])
        if pair not in pointing and pair[0] != pair[1]:
            pointing.add(pair)
            rows.append({"entry_id": pair[0], "similar_id": pair[1], "position": link.position})
    if rows:
        connection.execute(insert(links), rows)
    for ids in chunks(pages):
        connection.execute(delete(entries).where(entries.c.id.in_(ids)))


def link(
    connection: Connection,
    shown: Mapping[int, Sequence[Similar]],
    row: Callable[[Entry], dict[str, Any]],
) -> int:
    """Links entries, by id, to the similar questions that they show, and lets go those that they no longer show.

    `row` makes an entry's row of an extract's. Gives the number of links that are new.
    """
    resolved, absent = _resolved(connection, shown)
    if absent:
        connection.execute(insert(entries), [row(extract) for extract in absent.values()])
    numbers: dict[_Which, int] = {}
    for names in chunks(absent):
        query = select(entries.c.id, entries.c.source_id).where(entries.c.source_id.in_(names))
        numbers.update({each.source_id: each.id for each in connection.execute(query)})
    wanted: dict[tuple[int, int], int] = {}
    for entry_id, several in resolved.items():
        for place, which in enumerate(several):
            similar_id = which if isinstance(which, int) else numbers[which]
            if similar_id != entry_id:
                wanted.setdefault((entry_id, similar_id), place)
    there: dict[tuple[int, int], int] = {}
    for ids in chunks(shown):
        for each in connection.execute(select(links).where(links.c.entry_id.in_(ids))):
            there[each.entry_id, each.similar_id] = each.position
    changed = {pair[0] for pair, _ in wanted.items() ^ there.items()}
    for ids in chunks(sorted(changed)):
        connection.execute(delete(links).where(links.c.entry_id.in_(ids)))
    rows = [
        {"entry_id": entry_id, "similar_id": similar_id, "position": place}
        for (entry_id, similar_id), place in wanted.items()
        if entry_id in changed
    ]
    if rows:
        connection.execute(insert(links), rows)
    return len(wanted.keys() - there.keys())


def _resolved(
    connection: Connection, shown: Mapping[int, Sequence[Similar]]
) -> tuple[dict[int, list[_Which]], dict[str, Entry]]:
    """For each entry what its similar questions are, and the extracts among these that are not stored yet."""
    titles = {similar.title for several in shown.values() for similar in several}
    known: dict[str, list[tuple[_Which, str, str]]] = {}
    for keys in chunks(sorted(key(title) for title in titles)):
        query = select(entries.c.id, entries.c.source_id, entries.c.title_key, entries.c.question)
        for row in connection.execute(query.where(entries.c.title_key.in_(keys)).order_by(entries.c.id)):
            known.setdefault(row.title_key, []).append((row.id, row.source_id, row.question))
    absent: dict[str, Entry] = {}
    resolved: dict[int, list[_Which]] = {}
    for entry_id, several in shown.items():
        resolved[entry_id] = []
        for similar in several:
            own = f"{EXTRACT}{key(similar.title, similar.question)}"
            same_title = known.setdefault(key(similar.title), [])
            fitting = (
                which
                for which, source_id, question in same_title
                if source_id == own or begins(question, similar.question)
            )
            which = next(fitting, None)
            if which is None:
                which = own
                absent[own] = _entry(similar, own)
                same_title.append((own, own, similar.question))
            resolved[entry_id].append(which)
    return resolved, absent


def _entry(similar: Similar, source_id: str) -> Entry:
    # What an extract was taken from is not here, so neither are its date, its asker, nor all of its words.
    return Entry(
        title=similar.title,
        question=similar.question,
        reply=similar.reply,
        source_id=source_id,
        file="",
        line=similar.line,
        doctor=similar.doctor,
        specialty=similar.specialty,
        cut_off=similar.cut_off,
    )


def begins(question: str, extract: str) -> bool:
    """Whether the extract is the beginning of the question, or the question of the extract."""
    whole, part = (" ".join(text.casefold().split()).rstrip(".… ") for text in (question, extract))
    return whole.startswith(part) or part.startswith(whole)
