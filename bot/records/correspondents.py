"""Who writes on a messaging platform: a pseudonym in the records, and the platform's own id sealed, for replies."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.database import insert_absent, writing
from bot.records.models import conversations, correspondents, hinted_groups
from bot.records.outbox import Parcel, post
from bot.records.summaries import summarise
from bot.records.vault import Vault

NEW, ASKED, GIVEN = "new", "asked", "given"


def first_conversation(sender: str) -> str:
    """The id of somebody's first conversation: known before anything is stored, so that an emergency that is answered
    while the database fails belongs to it."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"signpost {sender}").hex


class _Met(Exception):
    """Somebody who was not known is known by now."""


@dataclass(frozen=True)
class Correspondent:
    """Who writes on a platform, and where they stand: `consent` is NEW, ASKED or GIVEN, `held` what they wrote
    before they gave it, `offered` the newest choices: {"id", "numbered", "choices": [[label, value]]}."""

    sender: str
    channel: str
    conversation_id: str
    consent: str = NEW
    held: Sequence[str] = ()
    offered: Mapping[str, Any] | None = None


class Envelopes:
    """What seals everything of the platforms: one key for pseudonyms, another for what is kept encrypted."""

    def __init__(self, secret: str) -> None:
        self._vault = Vault(secret, "channels")
        self._key = hmac.digest(secret.encode(), b"signpost.channels.pseudonym", hashlib.sha256)

    def pseudonym(self, *parts: str) -> str:
        """A keyed hash that stands for what a platform says, such as a person's id: the same on every machine of one
        secret, and nothing that leads back."""
        said = "\n".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def close(self, text: str) -> str:
        """A text, sealed."""
        return self._vault.close(text.encode("utf-8", "replace").decode())

    def open(self, sealed: str | None) -> str | None:
        """What was sealed; None where it was not sealed with this server's secret."""
        return None if sealed is None else self._vault.open(sealed)

    def parcel(self, address: Mapping[str, str], reply: Mapping[str, Any]) -> str:
        """An address and what is said there, sealed."""
        return self.close(json.dumps({"address": dict(address), "reply": dict(reply)}, ensure_ascii=False))

    def unpack(self, sealed: str | None) -> tuple[dict[str, str], dict[str, Any]] | None:
        """What `parcel` sealed."""
        text = self.open(sealed)
        data = None if text is None else json.loads(text)
        return None if data is None else (data["address"], data["reply"])

    def deliver(self, connection: Connection, conversation_id: str, reply: Mapping[str, Any], at: datetime) -> bool:
        """Puts a message of ours, such as a clinician's, into the outbox of a conversation on a platform, within a
        transaction; False for one that has none, as in the widget. `reply` is a message of the chat API."""
        query = select(correspondents).where(correspondents.c.conversation_id == conversation_id)
        row = connection.execute(query).first()
        if row is None:
            return False
        sealed = self.parcel(json.loads(self.open(row.address) or "{}"), reply)
        # What is written now answers this, and not the question before it.
        here = correspondents.c.sender == row.sender
        connection.execute(update(correspondents).where(here).values(offered=None))
        return post(connection, Parcel(reply["id"], conversation_id, row.channel, row.sender, sealed), at)


class Correspondents:
    """The correspondents of one database. Every method is one transaction."""

    def __init__(self, engine: Engine, envelopes: Envelopes) -> None:
        self._engine = engine
        self._envelopes = envelopes

    def of(self, channel: str, sender: str, address: Mapping[str, str], at: datetime) -> Correspondent:
        """Who a pseudonym is; one who is not known yet gets a conversation of their own, without consent."""
        query = select(correspondents).where(correspondents.c.sender == sender)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            # Another process may be faster: its conversation is the one, and ours was never there.
            with suppress(_Met):
                self._meet(channel, sender, address, at)
            with self._engine.connect() as connection:
                row = connection.execute(query).one()
        return self._read(row)

    def known(self, sender: str) -> Correspondent | None:
        """Who a pseudonym is; None where nobody of it is known, or was erased."""
        with self._engine.connect() as connection:
            row = connection.execute(select(correspondents).where(correspondents.c.sender == sender)).first()
        return None if row is None else self._read(row)

    def forget_held(self, before: datetime) -> int:
        """Forgets what was written before consent, by whoever did not answer since a moment; gives of how many."""
        waiting = and_(correspondents.c.held.is_not(None), correspondents.c.seen_at < before)
        with writing(self._engine) as connection:
            changed = connection.execute(update(correspondents).where(waiting).values(held=None, consent=NEW))
            return int(changed.rowcount)

    def hint(self, group: str, at: datetime) -> bool:
        """Notes that a group is told to write in private; says whether it is for the first time."""
        with writing(self._engine) as connection:
            return insert_absent(connection, hinted_groups, {"group": group, "at": at}) is not None

    def _meet(self, channel: str, sender: str, address: Mapping[str, str], at: datetime) -> None:
        name = first_conversation(sender)
        shell = {"id": name, "channel": channel, "consent": False, "opened_at": at, "last_at": at}
        new = {"sender": sender, "channel": channel, "conversation_id": name, "consent": NEW, "seen_at": at}
        with writing(self._engine) as connection:
            if insert_absent(connection, conversations, shell) is None and still_there(connection, name) is None:
                # It was erased: who writes again begins anew.
                name = new["conversation_id"] = uuid.uuid4().hex
                connection.execute(conversations.insert().values(**{**shell, "id": name}))
            summarise(connection, name)
            sealed = self._envelopes.close(json.dumps(dict(address)))
            if insert_absent(connection, correspondents, {**new, "address": sealed}) is None:
                raise _Met

    def _read(self, row: Row) -> Correspondent:
        held = self._envelopes.open(row.held)
        return Correspondent(
            sender=row.sender,
            channel=row.channel,
            conversation_id=row.conversation_id,
            consent=row.consent,
            held=json.loads(held) if held else (),
            offered=json.loads(row.offered) if row.offered else None,
        )


def noted(
    connection: Connection,
    envelopes: Envelopes,
    person: Correspondent,
    address: Mapping[str, str],
    at: datetime,
) -> None:
    """Keeps within a transaction where somebody stands now; nothing where they were erased meanwhile."""
    values = {
        "address": envelopes.close(json.dumps(dict(address))),
        "consent": person.consent,
        "held": envelopes.close(json.dumps(list(person.held))) if person.held else None,
        "offered": json.dumps(dict(person.offered), ensure_ascii=False) if person.offered else None,
        "seen_at": at,
    }
    here = and_(correspondents.c.sender == person.sender, correspondents.c.conversation_id == person.conversation_id)
    connection.execute(update(correspondents).where(here).values(**values))


def still_there(connection: Connection, conversation_id: str | None) -> str | None:
    """A conversation's id, where it is there and was not erased."""
    here = and_(conversations.c.id == conversation_id, conversations.c.erased_at.is_(None))
    found: str | None = connection.execute(select(conversations.c.id).where(here)).scalar()
    return found
