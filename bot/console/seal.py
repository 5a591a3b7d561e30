"""The seal in a form that changes something: a page of another site cannot make it, and so cannot send the form.

The console's password travels by itself with every request of the browser, those that another site makes it send too.
The seal is a moment signed with the server's secret, and stands in our own pages, which another site cannot read.
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request

HOURS = 12
FIELD = "seal"


class Seal:
    """Makes and checks seals; every replica with the same secret knows them."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret, salt="signpost.console", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self) -> str:
        """The value of the form's hidden field; good for twelve hours."""
        return str(self._serializer.dumps("form"))

    def holds(self, request: Request, given: object) -> bool:
        """Whether a form was sent from our own page, as the seal says, and the browser where it says anything."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        try:
            return isinstance(given, str) and bool(self._serializer.loads(given, max_age=HOURS * 3600) == "form")
        except BadData:
            return False
