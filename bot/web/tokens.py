"""Conversation tokens and report keys: unguessable, made with the server's secret, and bound to one conversation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from itsdangerous import BadData, URLSafeSerializer

_HOUR = 3600
_LONGEST_KEY = 1024


class BadToken(ValueError):
    """The token was not made by this server, or was changed on the way."""


class ExpiredKey(ValueError):
    """The key was made by this server, and its time is over."""


@dataclass(frozen=True)
class Ticket:
    """What a token says: which conversation, and whether consent was given when it was opened."""

    conversation_id: str
    consent: bool


class Tokens:
    """Makes and reads tokens. They say nothing about the person, and hold on every replica with the same secret."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeSerializer(
            secret, salt="signpost.conversation", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self, consent: bool) -> tuple[str, Ticket]:
        """A token for a new conversation, and what it says. The id has 128 random bits."""
        ticket = Ticket(secrets.token_hex(16), consent)
        return str(self._serializer.dumps([ticket.conversation_id, int(consent)])), ticket

    def read(self, token: str) -> Ticket:
        """The ticket of a token. Raises BadToken for anything that `issue` did not make with this secret."""
        try:
            conversation_id, consent = self._serializer.loads(token)
        except (BadData, ValueError, TypeError) as error:
            raise BadToken(str(error)) from error
        return Ticket(str(conversation_id), bool(consent))


class ReportKeys:
    """Keys of report pages. A key is handed on with its page, so it is encrypted too (AES-SIV, RFC 5297): on a
    messaging platform a conversation's id may be somebody's telephone number. It opens nothing but its report."""

    def __init__(self, secret: str, hours: int) -> None:
        self._cipher = AESSIV(hmac.digest(secret.encode(), b"signpost.report", "sha512"))
        self._hours = hours

    def issue(self, conversation_id: str, reply_id: str, now: datetime) -> str:
        """The key of the report to one reply. It ends at a full hour, so that within an hour the same reply, asked
        for again, carries the same key."""
        ends = int(now.timestamp()) // _HOUR + self._hours + 1
        said = json.dumps([ends, conversation_id, reply_id]).encode()
        return base64.urlsafe_b64encode(self._cipher.encrypt(said, None)).rstrip(b"=").decode()

    def read(self, key: str, now: datetime) -> tuple[str, str]:
        """The ids of conversation and reply. Raises BadToken for a key that is not ours, ExpiredKey for an old one."""
        try:
            if len(key) > _LONGEST_KEY:
                raise ValueError("too long")
            sealed = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
            ends, conversation_id, reply_id = json.loads(self._cipher.decrypt(sealed, None))
        except (InvalidTag, ValueError) as error:
            raise BadToken("not a key of ours") from error
        if now.timestamp() >= ends * _HOUR:
            raise ExpiredKey("its time is over")
        return conversation_id, reply_id
