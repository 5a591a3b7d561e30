"""What verdicts become: drafts of cases, examples, scenarios and entries; written by one, approved by another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.canonical import storable
from bot.records.database import writing
from bot.records.existence import must_be_open
from bot.records.models import conversations, decisions, drafts, reviews, users
from bot.records.redaction import names_in, redact
from bot.records.reviews import texts_of

RULE_CASE, NLU, SCENARIO, ENTRY = "rule_case", "nlu", "scenario", "entry"
KINDS = (RULE_CASE, NLU, SCENARIO, ENTRY)
LONGEST = 20_000


class UnknownDraft(LookupError):
    """There is no such draft; its conversation may have been erased."""


class DraftChanged(Exception):
    """Somebody changed the draft since it was shown: what was read is not what is there."""


class DraftExported(Exception):
    """The draft has left with a patch: it is not changed any more."""


class OwnDraft(Exception):
    """Nobody approves what they wrote themselves."""


def seen_as(content: str) -> str:
    """What a form carries to say which words of a draft it showed."""
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


class Drafts:
    """The drafts of one database. Every method is one transaction; any number of threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, conversation_id: str, review_id: int, kind: str, content: str, maker: int, at: datetime) -> int:
        """Stores a new draft, redacted; gives its number. Raises UnknownConversation, Erased, or ValueError for a kind
        that there is not, or a review of another conversation."""
        if kind not in KINDS:
            raise ValueError(f'read "{kind}"; expected one of {", ".join(KINDS)}')
        new = {"conversation_id": conversation_id, "review_id": review_id, "kind": kind, "made_by": maker}
        with writing(self._engine) as connection:
            here = conversations.c.id == conversation_id
            connection.execute(select(conversations.c.id).where(here).with_for_update())
            must_be_open(connection, conversation_id)
            review = select(reviews.c.id).where(reviews.c.id == review_id, reviews.c.conversation_id == conversation_id)
            if connection.execute(review).first() is None:
                raise ValueError(f"conversation {conversation_id} has no review {review_id}")
            result = connection.execute(
                drafts.insert().values(**new, made_at=at, content=_kept(connection, conversation_id, content))
            )
            return int(result.inserted_primary_key[0])

    def show(self, draft_id: int) -> Row | None:
        """A draft with the names of who made and approved it, and the knowledge version of the newest decision of its
        conversation; None where there is none."""
        with self._engine.connect() as connection:
            return connection.execute(_listed().where(drafts.c.id == draft_id)).first()

    def list(self, maker: int | None = None, conversation_id: str | None = None, limit: int = 200) -> Sequence[Row]:
        """Drafts, the newest first: of one maker, of one conversation, or all."""
        query = _listed().order_by(drafts.c.id.desc()).limit(limit)
        if maker is not None:
            query = query.where(drafts.c.made_by == maker)
        if conversation_id is not None:
            query = query.where(drafts.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def save(self, draft_id: int, content: str, seen: str, by: int, at: datetime) -> None:
        """Puts other words in place of the draft's. Whoever does is its maker from then on, and it is not approved any
        more. Raises UnknownDraft, DraftChanged, DraftExported."""
        with writing(self._engine) as connection:
            kept = _kept(connection, _unchanged(connection, draft_id, seen).conversation_id, content)
            values = {"content": kept, "made_by": by, "made_at": at, "approved_by": None, "approved_at": None}
            connection.execute(update(drafts).where(drafts.c.id == draft_id).values(**values))

    def approve(self, draft_id: int, seen: str, by: int, at: datetime) -> None:
        """Approves the words that were shown. Raises UnknownDraft, DraftChanged, DraftExported, OwnDraft."""
        with writing(self._engine) as connection:
            if _unchanged(connection, draft_id, seen).made_by == by:
                raise OwnDraft(f"draft {draft_id} was written by who wants to approve it")
            here = drafts.c.id == draft_id
            connection.execute(update(drafts).where(here).values(approved_by=by, approved_at=at))

    def remove(self, draft_id: int, seen: str) -> None:
        """Removes a draft that has not left yet. Raises UnknownDraft, DraftChanged, DraftExported."""
        with writing(self._engine) as connection:
            _unchanged(connection, draft_id, seen)
            connection.execute(delete(drafts).where(drafts.c.id == draft_id))


def ready(connection: Connection) -> Sequence[Row]:
    """The approved drafts that were not exported yet, by their number, locked until the transaction ends."""
    waiting = select(drafts.c.id).where(drafts.c.approved_at.is_not(None), drafts.c.exported_at.is_(None))
    ids = connection.execute(waiting.with_for_update()).scalars().all()
    return list(connection.execute(_listed().where(drafts.c.id.in_(ids)).order_by(drafts.c.id)))


def mark_exported(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Notes that these drafts have left."""
    connection.execute(update(drafts).where(drafts.c.id.in_(ids)).values(exported_at=at))


def _kept(connection: Connection, conversation_id: str, content: str) -> str:
    names = names_in(filter(None, texts_of(connection, conversation_id).values()))
    return redact(storable(content.replace("\r\n", "\n").replace("\r", "\n")), names)


def _unchanged(connection: Connection, draft_id: int, seen: str) -> Row:
    row = connection.execute(select(drafts).where(drafts.c.id == draft_id).with_for_update()).first()
    if row is None:
        raise UnknownDraft(f"there is no draft {draft_id}")
    if row.exported_at is not None:
        raise DraftExported(f"draft {draft_id} was exported")
    if seen_as(row.content) != seen:
        raise DraftChanged(f"draft {draft_id} was changed")
    return row


def _listed() -> Any:
    maker, approver = users.alias("maker"), users.alias("approver")
    version = (
        select(decisions.c.knowledge_version)
        .where(decisions.c.conversation_id == drafts.c.conversation_id)
        .order_by(decisions.c.at.desc(), decisions.c.id.desc())
        .limit(1)
    )
    return select(
        drafts,
        maker.c.display.label("maker"),
        approver.c.display.label("approver"),
        version.scalar_subquery().label("knowledge_version"),
    ).select_from(
        drafts.join(maker, maker.c.id == drafts.c.made_by).outerjoin(approver, approver.c.id == drafts.c.approved_by)
    )
