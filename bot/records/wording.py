"""Searching what people wrote, in each database's full text: words, "quoted phrases", and beginnings of words*."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, column, func, literal, literal_column, select, table
from sqlalchemy.sql import Select

from bot.records.canonical import storable
from bot.records.models import summary_texts

MOST_TEXT = 200
MOST_TERMS = 16
_TERM = re.compile(r'"([^"]*)("\*?|$)|[^\s"]+')
# What both databases take for a word: letters and digits of any script, the rest lies between words.
_WORD = re.compile(r"[^\W_]+")
_INDEX = table("summary_words", column("rowid"), column("summary_words"))


@dataclass(frozen=True)
class Term:
    """Words that stand beside one another in this order; with `begins`, the last is the beginning of one."""

    words: tuple[str, ...]
    begins: bool = False


def terms(asked: str) -> Sequence[Term]:
    """What a text asks for, every term of it wanted. Signs that are no words mean nothing, so nothing is an error."""
    found = []
    for match in _TERM.finditer(storable(asked)[:MOST_TEXT]):
        quoted = match[1] is not None
        words = tuple(_WORD.findall(match[1] if quoted else match[0]))
        if words:
            found.append(Term(words, match[0].endswith("*")))
    return found[:MOST_TERMS]


def matching(asked: Sequence[Term]) -> Select:
    """PostgreSQL: the ids of the conversations in which every one of these terms was written."""
    index: Any = literal_column("summary_texts.words_index")
    held = [index.op("@@")(query) for query in map(_postgresql, asked)]
    return select(summary_texts.c.conversation_id).where(and_(*held))


def joined(asked: Sequence[Term], rows: Any) -> tuple[Any, Any]:
    """SQLite: `rows`, which have a conversation_id, joined with its index of words; and what must hold of it."""
    there = _INDEX.join(summary_texts, summary_texts.c.id == _INDEX.c.rowid)
    match = " ".join(_sqlite(term) for term in asked)
    together = there.join(rows, rows.c.conversation_id == summary_texts.c.conversation_id)
    return together, _INDEX.c.summary_words.op("MATCH")(literal(match))


def _sqlite(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.begins else "")


def _postgresql(term: Term) -> Any:
    # Words hold letters and digits alone, so nothing in them can be an operator of a query.
    said = func.phraseto_tsquery("english", " ".join(term.words))
    if not term.begins:
        return said
    return func.to_tsquery("english", " <-> ".join(term.words) + ":*")
