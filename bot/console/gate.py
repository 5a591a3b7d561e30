"""The password in front of the console: HTTP Basic, any user name, compared in constant time, guesses limited."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Optional

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.web.limits import PASSWORD, Limiter, Rate
from bot.web.texts import Texts


class Gate:
    """Lets in who knows the password. Without a password set, it lets nobody in."""

    def __init__(self, password: Optional[str], texts: Texts, rate: Rate = PASSWORD) -> None:
        self._password = (password or "").encode()
        self._texts = texts
        self._failures = Limiter(rate)

    def name(self, request: Request) -> str:
        """The user name that came with the password."""
        return _name(request.headers.get("authorization", ""))

    def refuse(self, request: Request) -> Optional[Response]:
        """None where the password is right; else the response: 401 to ask for it, 429 after too many wrong ones.

        Wrong ones are counted by address. While an address is over its limit even the right one is refused, or a
        guesser would learn it all the same.
        """
        address = request.client.host if request.client else "unknown"
        given = _password(request.headers.get("authorization", ""))
        seconds = self._failures.wait(address)
        if seconds and given is not None:
            text = self._texts("gate.too_many", seconds=seconds)
            return PlainTextResponse(text, 429, {"Retry-After": str(seconds)})
        if given is not None and self._password and hmac.compare_digest(given, self._password):
            return None
        if given is not None:
            self._failures.take(address)
        challenge = {"WWW-Authenticate": 'Basic realm="Signpost console", charset="UTF-8"'}
        return PlainTextResponse(self._texts("gate.needed"), 401, challenge)


def _name(header: str) -> str:
    """The user name of a Basic header; "console" where there is none."""
    try:
        name = base64.b64decode(header.partition(" ")[2].strip(), validate=True).partition(b":")[0]
    except (binascii.Error, ValueError):
        return "console"
    return name.decode("utf-8", "replace").replace("\x00", "").strip()[:64].lower() or "console"


def _password(header: str) -> Optional[bytes]:
    """The password of a Basic header; None where there is no such header."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""
