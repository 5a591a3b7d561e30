"""What reviewers say of conversations: verdicts on level, findings and answer. Every version of each stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.knowledge.model import LEVELS
from bot.records.canonical import storable
from bot.records.database import writing
from bot.records.existence import must_be_open
from bot.records.models import (
    archive_entries,
    conversations,
    messages,
    review_marks,
    reviews,
    summaries,
    users,
)
from bot.records.redaction import names_in, redact

RIGHT, TOO_CALM, TOO_ALARMED = "right", "too_calm", "too_alarmed"
LEVEL_VERDICTS = (RIGHT, TOO_CALM, TOO_ALARMED)
FITS, RELATED, WRONG = "fits", "related", "wrong"
ANSWER_VERDICTS = (FITS, RELATED, WRONG)
MISSED = "missed"
MARK_VERDICTS = (RIGHT, MISSED, WRONG)
LONGEST_COMMENT, LONGEST_TAG, MOST_TAGS, MOST_MARKS = 4_000, 40, 20, 200


@dataclass(frozen=True)
class Mark:
    """A verdict on a finding: on words of a message (`start` to `end` of its text as it was written), or, without
    those, on the finding as a whole."""

    message_id: int
    finding: str
    verdict: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a reviewer says of one conversation. `given_level` is the level that they read, `done` their last word."""

    given_level: str | None = None
    level_verdict: str | None = None
    right_level: str | None = None
    entry_id: int | None = None
    answer_verdict: str | None = None
    better_entry_id: int | None = None
    comment: str = ""
    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    done: bool = False


@dataclass(frozen=True)
class Review:
    """One version of one reviewer's verdict."""

    id: int
    conversation_id: str
    reviewer_id: int
    reviewer: str
    version: int
    at: datetime
    verdict: Verdict


@dataclass(frozen=True)
class Given:
    """A verdict as it was stored. `crossed` tells that the same reviewer had saved a version that this one was not
    made from; both are kept."""

    review_id: int
    version: int
    crossed: bool


class Reviews:
    """The reviews of one database. Every method is one transaction; any number of threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, conversation_id: str, reviewer_id: int, verdict: Verdict, made_from: int, at: datetime) -> Given:
        """Stores a verdict as the reviewer's next version; `made_from` is the version that the form showed, 0 for none.

        Comment and tags are kept redacted. A verdict that is done makes the conversation done, any other one makes a
        new conversation one in review. Raises UnknownConversation, Erased, or ValueError for what is no verdict, or is
        about another conversation's message.
        """
        _check(verdict)
        with writing(self._engine) as connection:
            # Locked, so that two versions get two numbers, and that none comes while the conversation is erased.
            here = conversations.c.id == conversation_id
            connection.execute(select(conversations.c.id).where(here).with_for_update())
            must_be_open(connection, conversation_id)
            theirs = (reviews.c.conversation_id == conversation_id, reviews.c.reviewer_id == reviewer_id)
            newest = connection.execute(select(func.max(reviews.c.version)).where(*theirs)).scalar() or 0
            texts = texts_of(connection, conversation_id)
            names = names_in(filter(None, texts.values()))
            values = {
                "conversation_id": conversation_id,
                "reviewer_id": reviewer_id,
                "version": newest + 1,
                "at": at,
                "given_level": verdict.given_level,
                "level_verdict": verdict.level_verdict,
                "right_level": verdict.right_level,
                # An entry that is gone since is no reason to lose a verdict.
                "entry_id": _entry(connection, verdict.entry_id),
                "answer_verdict": verdict.answer_verdict,
                "better_entry_id": _entry(connection, verdict.better_entry_id),
                "comment": redact(storable(verdict.comment), names) or None,
                "tags": [redact(storable(tag), names) for tag in verdict.tags],
                "done": verdict.done,
            }
            review_id = int(connection.execute(reviews.insert().values(**values)).inserted_primary_key[0])
            _store_marks(connection, texts, review_id, verdict.marks)
            summary = summaries.c.conversation_id == conversation_id
            if verdict.done:
                connection.execute(update(summaries).where(summary).values(status="done"))
            else:
                new = summaries.c.status == "new"
                connection.execute(update(summaries).where(summary, new).values(status="in_review"))
        return Given(review_id, newest + 1, crossed=newest != made_from)

    def newest(self, conversation_id: str) -> dict[int, Review]:
        """The newest version of each reviewer, by the reviewer's id, who began first in front."""
        return {review.reviewer_id: review for review in self.versions(conversation_id)}

    def versions(self, conversation_id: str) -> Sequence[Review]:
        """Every version, the oldest first."""
        query = (
            select(reviews, users.c.display)
            .join(users, users.c.id == reviews.c.reviewer_id)
            .where(reviews.c.conversation_id == conversation_id)
            .order_by(reviews.c.at, reviews.c.id)
        )
        marks = (
            select(review_marks)
            .join(reviews, reviews.c.id == review_marks.c.review_id)
            .where(reviews.c.conversation_id == conversation_id)
            .order_by(review_marks.c.id)
        )
        with self._engine.connect() as connection:
            rows, marked = connection.execute(query).all(), connection.execute(marks).all()
        by_review: dict[int, list[Mark]] = defaultdict(list)
        for row in marked:
            by_review[row.review_id].append(Mark(row.message_id, row.finding, row.verdict, row.start, row.end))
        # By version and not by the clock: two servers' clocks may differ.
        rows = sorted(rows, key=lambda row: row.version)
        return [_review(row, tuple(by_review[row.id])) for row in rows]

    def said(self, conversation_id: str) -> Sequence[Row]:
        """The person's messages in order: id, client_id, text (None where choices were pressed), at."""
        query = (
            select(messages.c.id, messages.c.client_id, messages.c.text, messages.c.at)
            .where(messages.c.conversation_id == conversation_id, messages.c.client_id.is_not(None))
            .order_by(messages.c.at, messages.c.id)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def pairs(self) -> Sequence[tuple[Verdict, Verdict]]:
        """Of every conversation that two have read: the verdict of the first reader, and of the second.

        The first version that each called done counts. It was given without a look at the other's, which is shown
        only then; later versions may have been made with it in view.
        """
        columns = [reviews.c[name] for name in ("conversation_id", "reviewer_id", "given_level", "level_verdict")]
        query = (
            select(*columns, reviews.c.right_level)
            .where(reviews.c.done.is_(True), reviews.c.level_verdict.is_not(None))
            .order_by(reviews.c.conversation_id, reviews.c.at, reviews.c.id)
        )
        found: dict[str, dict[int, Verdict]] = defaultdict(dict)
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                verdict = Verdict(row.given_level, row.level_verdict, row.right_level)
                found[row.conversation_id].setdefault(row.reviewer_id, verdict)
        both = [list(read.values())[:2] for read in found.values() if len(read) > 1]
        return [(first, second) for first, second in both]


def texts_of(connection: Connection, conversation_id: str) -> dict[int, str | None]:
    """What the person wrote, by the number of the message; None where choices were pressed."""
    here = (messages.c.conversation_id == conversation_id, messages.c.client_id.is_not(None))
    return {row.id: row.text for row in connection.execute(select(messages.c.id, messages.c.text).where(*here))}


def _check(verdict: Verdict) -> None:
    for value, valid in (
        (verdict.level_verdict, LEVEL_VERDICTS),
        (verdict.given_level, LEVELS),
        (verdict.right_level, LEVELS),
        (verdict.answer_verdict, ANSWER_VERDICTS),
        *((mark.verdict, MARK_VERDICTS) for mark in verdict.marks),
    ):
        if value is not None and value not in valid:
            raise ValueError(f'read "{value}"; expected one of {", ".join(valid)}')
    if len(verdict.comment) > LONGEST_COMMENT:
        raise ValueError(f"a comment of {len(verdict.comment)} characters; expected at most {LONGEST_COMMENT}")
    if len(verdict.tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in verdict.tags):
        raise ValueError(f"expected at most {MOST_TAGS} tags of {LONGEST_TAG} characters")
    if len(verdict.marks) > MOST_MARKS:
        raise ValueError(f"{len(verdict.marks)} marks; expected at most {MOST_MARKS}")


def _entry(connection: Connection, entry_id: int | None) -> int | None:
    if entry_id is None:
        return None
    return connection.execute(select(archive_entries.c.id).where(archive_entries.c.id == entry_id)).scalar()


def _store_marks(
    connection: Connection, texts: Mapping[int, str | None], review_id: int, marks: Sequence[Mark]
) -> None:
    for mark in marks:
        if mark.message_id not in texts:
            raise ValueError(f"the conversation has no message {mark.message_id}")
        length = len(texts[mark.message_id] or "")
        whole = mark.start is None and mark.end is None
        if not whole and (mark.start is None or mark.end is None or not 0 <= mark.start < mark.end <= length):
            raise ValueError(f"message {mark.message_id} has no characters {mark.start} to {mark.end}")
        values: dict[str, Any] = {"message_id": mark.message_id, "start": mark.start, "end": mark.end}
        values |= {"finding": storable(mark.finding)[:64], "verdict": mark.verdict}
        connection.execute(review_marks.insert().values(review_id=review_id, **values))


def _review(row: Row, marks: tuple[Mark, ...]) -> Review:
    verdict = Verdict(
        row.given_level,
        row.level_verdict,
        row.right_level,
        row.entry_id,
        row.answer_verdict,
        row.better_entry_id,
        row.comment or "",
        tuple(row.tags),
        marks,
        bool(row.done),
    )
    return Review(row.id, row.conversation_id, row.reviewer_id, row.display, row.version, row.at, verdict)
