"""Inbox, outbox and correspondents on both databases: in order, once, by one process, and nothing in clear."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.records.correspondents import ASKED, GIVEN, Correspondents, Envelopes, noted, still_there
from bot.records.database import writing
from bot.records.inbox import KEPT, LEASE, Inbox, handled
from bot.records.models import conversations, correspondents, inbox, outbox
from bot.records.outbox import LEASE as SENDING
from bot.records.outbox import Outbox, Parcel, Undelivered, post
from tests.archive.conftest import postgres, server

__all__ = ["postgres", "server"]

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
SEALS = Envelopes("a secret of these tests")


@pytest.fixture(params=["engine", "postgres"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """A new database of either kind."""
    return request.getfixturevalue(request.param)


def row(event: str, sender: str = "s1") -> dict[str, object]:
    return {"channel": "telegram", "event": event, "sender": sender, "sealed": "x", "paced": False}


def parcel(reply: str, sender: str = "s1", urgent: bool = False) -> Parcel:
    return Parcel(reply, None, "telegram", sender, "x", urgent)


def put(engine: Engine, *parcels: Parcel) -> None:
    with writing(engine) as connection:
        for each in parcels:
            post(connection, each, NOON)


def calm(mine: Outbox, at: datetime = NOON) -> Sequence[Any]:
    return mine.claim(at, urgent=False)


def replies(rows: object) -> list[str]:
    return [each.reply_id for each in rows]  # type: ignore[attr-defined]


def test_what_comes_again_is_known_and_what_is_handled_says_nothing(any_engine: Engine) -> None:
    mine = Inbox(any_engine, "one")
    first, second = mine.put([row("a"), row("b")], NOON)
    assert first and second and mine.put([row("b"), row("a"), row("c")], NOON)[:2] == [None, None]
    assert mine.first(first, "s1") and not mine.first(second, "s1")
    with writing(any_engine) as connection:
        handled(connection, first, NOON)
        (kept,) = connection.execute(select(inbox).where(inbox.c.id == first))
    assert (kept.sender, kept.sealed, kept.owner) == (None, None, None)
    assert mine.first(second, "s1") and mine.waiting() == 2
    assert mine.put([row("a")], NOON) == [None]
    assert mine.forget(NOON + KEPT + SECOND) == 1 and mine.put([row("a")], NOON) != [None]


def test_what_a_process_left_is_taken_up_by_one_other(any_engine: Engine) -> None:
    gone = Inbox(any_engine, "gone")
    gone.put([row("a"), row("b", "s2")], NOON)
    one, other = Inbox(any_engine, "one"), Inbox(any_engine, "other")
    assert one.claim(NOON + LEASE) == []
    later = NOON + LEASE + SECOND
    claimed: list[int] = []
    threads = [
        threading.Thread(target=lambda who=who: claimed.extend(each.id for each in who.claim(later)))
        for who in (one, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 2 == len(set(claimed))
    gone.release()
    assert len(other.claim(later)) == 2


def test_what_a_process_is_still_at_stays_its_own(any_engine: Engine) -> None:
    slow, other = Inbox(any_engine, "slow"), Inbox(any_engine, "other")
    at_it, left = slow.put([row("a"), row("b", "s2")], NOON)
    assert at_it
    later = NOON + LEASE + SECOND
    slow.renew([at_it], later - 2 * SECOND)
    assert [each.id for each in other.claim(later)] == [left]
    slow.renew([at_it, int(left or 0)], later + SECOND)
    assert [each.id for each in other.claim(later + LEASE + SECOND)] == [left]


def test_of_each_person_the_oldest_goes_out_and_an_emergency_before_it(any_engine: Engine) -> None:
    put(any_engine, parcel("a"), parcel("b"), parcel("c", "s2"), parcel("a"))
    mine = Outbox(any_engine, "one")
    assert mine.claim(NOON, urgent=True) == []
    first, second = calm(mine)
    assert replies((first, second)) == ["a", "c"]
    assert calm(mine) == []
    mine.again(first.id, 1, NOON + 10 * SECOND)
    put(any_engine, parcel("d", urgent=True))
    assert calm(mine, NOON + 10 * SECOND) == []
    (alarm,) = mine.claim(NOON, urgent=True)
    assert alarm.reply_id == "d"
    mine.sent(alarm.id, NOON)
    assert calm(mine, NOON + SECOND) == []
    assert replies(calm(mine, NOON + 10 * SECOND)) == ["a"]
    mine.sent(first.id, NOON)
    assert mine.claim(NOON + 10 * SECOND, urgent=False, full=["telegram"]) == []
    (third,) = calm(mine, NOON + 10 * SECOND)
    later = NOON + SENDING + 11 * SECOND
    assert third.reply_id == "b" and mine.claim(later, urgent=False, held=[third.id, second.id]) == []
    mine.sent(second.id, NOON, "native")
    assert mine.bounced("native", "window_closed", NOON) and not mine.bounced("native", "gone", NOON)
    (late,) = Undelivered(any_engine).list()
    assert (late.reply_id, late.reason) == ("c", "window_closed")


def test_what_a_dead_process_was_sending_is_sent_by_another(any_engine: Engine) -> None:
    put(any_engine, parcel("a"))
    assert replies(calm(Outbox(any_engine, "dead"))) == ["a"]
    other = Outbox(any_engine, "other")
    assert calm(other, NOON + SENDING) == []
    (found,) = calm(other, NOON + SENDING + SECOND)
    other.progress(found.id, 1, NOON)
    other.failed(found.id, "gone", NOON)
    assert other.waiting() == 0 and Undelivered(any_engine).count() == 1
    with any_engine.connect() as connection:
        (kept,) = connection.execute(select(outbox))
    assert (kept.sender, kept.sealed, kept.done) == (None, None, 1)


def test_a_correspondent_has_one_conversation_and_no_name(any_engine: Engine) -> None:
    people = Correspondents(any_engine, SEALS)
    sender = SEALS.pseudonym("sender", "telegram", "5104209901")
    address = {"to": "5104209901"}
    found = [people.of("telegram", sender, address, NOON) for _ in range(2)]
    assert found[0] == found[1] and found[0].consent == "new"
    changed = found[0].__class__(
        sender, "telegram", found[0].conversation_id, ASKED, ("numb since Monday",), {"id": "r"}
    )
    with writing(any_engine) as connection:
        noted(connection, SEALS, changed, address, NOON)
        assert still_there(connection, found[0].conversation_id) and still_there(connection, None) is None
        whole = str(connection.execute(select(correspondents)).all())
    assert "5104209901" not in whole and "Monday" not in whole
    assert people.known(sender) == changed.__class__(
        sender, "telegram", changed.conversation_id, ASKED, ["numb since Monday"], {"id": "r"}
    )
    assert people.forget_held(NOON) == 0 and people.forget_held(NOON + SECOND) == 1
    known = people.known(sender)
    assert known is not None and (known.held, known.consent) == ((), "new")


def test_of_two_who_meet_somebody_at_once_both_have_the_same_conversation(any_engine: Engine) -> None:
    people, met = Correspondents(any_engine, SEALS), []
    threads = [
        threading.Thread(target=lambda: met.append(people.of("line", "pseudonym", {"to": "U1"}, NOON)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 6 and len({each.conversation_id for each in met}) == 1
    with any_engine.connect() as connection:
        assert len(connection.execute(select(conversations)).all()) == 1


def test_what_is_delivered_for_a_clinician_is_sealed_and_only_where_somebody_is(any_engine: Engine) -> None:
    people = Correspondents(any_engine, SEALS)
    person = people.of("line", "pseudonym", {"to": "U1"}, NOON)
    letter = {"id": "l1", "kind": "clinician", "text": "Please ring us."}
    with writing(any_engine) as connection:
        assert SEALS.deliver(connection, person.conversation_id, letter, NOON)
        assert not SEALS.deliver(connection, person.conversation_id, letter, NOON)
        assert not SEALS.deliver(connection, "nobody", letter, NOON)
        (sent,) = connection.execute(select(outbox))
    assert "ring" not in str(sent) and SEALS.unpack(sent.sealed) == ({"to": "U1"}, letter)
    assert Envelopes("another secret").unpack(sent.sealed) is None
    assert GIVEN != ASKED


@pytest.mark.parametrize("hint", ["g1"])
def test_a_group_is_hinted_once(any_engine: Engine, hint: str) -> None:
    people = Correspondents(any_engine, SEALS)
    assert people.hint(hint, NOON) and not people.hint(hint, NOON)
