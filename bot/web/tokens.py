"""Conversation tokens: unguessable, signed with the server's secret, and bound to one conversation."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer


class BadToken(ValueError):
    """The token was not made by this server, or was changed on the way."""


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
