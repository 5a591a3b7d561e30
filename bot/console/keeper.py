"""The keeper of the console's door: whose session a request belongs to, and where to send who has none."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Optional
from urllib.parse import quote, urlsplit

from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.seal import holder
from bot.console.who import User
from bot.records.sessions import LONGEST, Sessions, digest

COOKIE, DOOR = "signpost_console", "signpost_door"
PATH = "/console"
SIGN_IN = "/console/sign-in"


class Keeper:
    """Knows the sessions by their cookies. The cookie is for the console alone, out of reach of scripts, and never
    sent on the way from another site."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)) -> None:
        self.sessions = Sessions(engine)
        self.now = now

    async def know(self, request: Request) -> Optional[User]:
        """The user of a request, who is noted on it with their session; None where nobody is signed in."""
        token = request.cookies.get(COOKIE, "")
        found = await run_in_threadpool(self.sessions.find, token, self.now()) if token else None
        request.state.session = found.session if found else ""
        request.state.user = User(found.id, found.name, found.display, found.role) if found else None
        door = request.cookies.get(DOOR, "")
        holder.set(found.session if found else f"door.{digest(door)}" if door else "")
        user: Optional[User] = request.state.user
        return user

    def send_away(self, request: Request) -> Response:
        """To the door, and back again afterwards."""
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address = SIGN_IN + (f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != PATH else "")
        if request.headers.get("hx-request"):
            # A part of a page would show the door inside itself: the whole page goes there instead.
            return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
        return RedirectResponse(address, 303)

    def let_in(self, request: Request, response: Response, token: str) -> Response:
        """Gives the browser the cookie of a new session."""
        _set(request, response, COOKIE, token, int(LONGEST.total_seconds()))
        response.delete_cookie(DOOR, path=PATH)
        return response

    def let_out(self, response: Response) -> Response:
        """Takes the cookie away."""
        response.delete_cookie(COOKIE, path=PATH)
        return response

    def at_door(self, request: Request) -> str:
        """Makes sure that who is not signed in has something for forms to be sealed to; the cookie to be given, or
        nothing where they have one."""
        if holder.get():
            return ""
        token = secrets.token_urlsafe(16)
        holder.set(f"door.{digest(token)}")
        return token

    def keep_at_door(self, request: Request, response: Response, token: str) -> Response:
        """Gives the browser what `at_door` made."""
        if token:
            _set(request, response, DOOR, token, int(LONGEST.total_seconds()))
        return response


def local(address: str) -> Optional[str]:
    """An address below the console; None for any other, however it is spelt."""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    if parts is None or parts.scheme or parts.netloc or len(address) > 2_000:
        return None
    inside = parts.path == PATH or parts.path.startswith(f"{PATH}/")
    # At the door itself nobody wants to come back to the door.
    return address if inside and ".." not in parts.path and not parts.path.startswith(SIGN_IN) else None


def _set(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path=PATH, secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )
