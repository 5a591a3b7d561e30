"""The seal in a form that changes something: a page of another site cannot make it, and so cannot send the form.

The session's cookie travels by itself with what the browser sends. The seal is a moment signed with the server's
secret, for one session alone, and stands in our own pages, which another site cannot read.
"""

from __future__ import annotations

import hashlib
from contextvars import ContextVar

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request

HOURS = 12
FIELD = "seal"

# Whose request this is: the digest of the session's cookie, or of the one that who signs in has. The guard sets it.
holder: ContextVar[str] = ContextVar("holder", default="")


class Seal:
    """Makes and checks seals; every replica with the same secret knows them."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret, salt="signpost.console", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self) -> str:
        """The value of the form's hidden field; good for twelve hours, in the session that it was made for."""
        return str(self._serializer.dumps(holder.get()))

    def holds(self, request: Request, given: object) -> bool:
        """Whether a form was sent from our own page of this session, as the seal says, and the browser where it says
        anything."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        try:
            sealed = self._serializer.loads(given, max_age=HOURS * 3600) if isinstance(given, str) else None
        except BadData:
            return False
        return bool(holder.get()) and bool(sealed == holder.get())
