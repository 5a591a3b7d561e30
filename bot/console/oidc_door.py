"""The routes by which a browser goes to somebody else's server to sign in, and comes back."""

from __future__ import annotations

from typing import Optional

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.keeper import Keeper, local
from bot.console.navigation import home
from bot.console.oidc import WAITING, Oidc, OidcError
from bot.console.room import Room
from bot.console.signing_in import open_session
from bot.console.who import ANYONE, User
from bot.records.audit import NOBODY
from bot.records.proving import UNKNOWN
from bot.records.users import Users

log = structlog.get_logger(__name__)

COOKIE, PATH = "signpost_oidc", "/console/sign-in/oidc"


def oidc_of(room: Room) -> Optional[Oidc]:
    """The other server, where the settings name one."""
    settings = room.settings
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    return Oidc(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.secret or "")


def routes(room: Room, keeper: Keeper, oidc: Optional[Oidc]) -> list[BaseRoute]:
    """The routes; without another server they say that there is none."""
    words, users = room.texts.of("accounts"), Users(room.engine)

    async def begin(request: Request) -> Response:
        if oidc is None:
            return refused(request, "no_oidc", 404)
        back = f"{request.url.scheme}://{request.url.netloc}{PATH}/back"
        following = local(request.query_params.get("next", "")) or ""
        try:
            address, kept = await run_in_threadpool(oidc.begin, back, following)
        except OidcError as error:
            log.error("console.oidc_failed", reason=str(error))
            return refused(request, "oidc_down", 503)
        answer = RedirectResponse(address, 303)
        # Lax, for it must be sent when the other server sends the browser back.
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, kept, WAITING, path=PATH, secure=secure, httponly=True, samesite="lax")
        return answer

    async def back(request: Request) -> Response:
        if oidc is None:
            return refused(request, "no_oidc", 404)
        asked = request.query_params
        given = (request.cookies.get(COOKIE, ""), asked.get("state", ""), asked.get("code", ""))
        try:
            person, following = await run_in_threadpool(oidc.finish, *given)
        except OidcError as error:
            log.warning("console.oidc_refused", reason=str(error))
            await run_in_threadpool(room.audit.write, NOBODY, "sign_in_refused", UNKNOWN, how="oidc")
            return refused(request, "oidc", 403)
        row = await run_in_threadpool(users.of_subject, person.subject, person.names)
        if row is None:
            await run_in_threadpool(room.audit.write, NOBODY, "sign_in_refused", UNKNOWN, how="oidc")
            return refused(request, "oidc_unknown", 403)
        user = User(row.id, row.name, row.display, row.role)
        token = await open_session(room, keeper, user, request.state.session, "oidc")
        # A page and no redirect: the session's cookie is not sent on the way from another site.
        page = room.render(request, "welcome.html", words=words, address=local(following) or home(user))
        page.delete_cookie(COOKIE, path=PATH)
        return keeper.let_in(request, page, token)

    def refused(request: Request, problem: str, status: int) -> Response:
        page = room.render(request, "account_problem.html", status, words=words, problem=problem)
        page.delete_cookie(COOKIE, path=PATH)
        return page

    return [room.route("/sign-in/oidc", ANYONE, begin), room.route("/sign-in/oidc/back", ANYONE, back)]
