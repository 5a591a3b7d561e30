"""Signing in and out, and the one-time link by which somebody sets their first password."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.forms import Unsealed, sealed_form
from bot.console.keeper import SIGN_IN, Keeper, local
from bot.console.navigation import home
from bot.console.room import Room
from bot.console.who import ACCOUNT, ANYONE, User, user_of
from bot.records import passwords
from bot.records.proving import Proof, Proving
from bot.records.users import Users
from bot.web.limits import PASSWORD, Limiter, Rate

Value = TypeVar("Value")


class Hashing:
    """Threads for passwords: each needs much memory and a processor, so there are two of them and the rest wait."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="password")

    async def run(self, work: Callable[..., Value], *arguments: Any) -> Value:
        """Does the work there."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def routes(room: Room, keeper: Keeper, hashing: Hashing, oidc: bool, rate: Rate = PASSWORD) -> list[BaseRoute]:
    """The routes of the door. With `oidc` it offers the other way in."""
    words, users = room.texts.of("accounts"), Users(room.engine)
    proving = Proving(room.engine, room.settings.secret or "", room.audit)
    wrong = Limiter(rate)

    def door(request: Request, status: int = 200, **values: Any) -> Response:
        token = keeper.at_door(request)
        following = values.pop("following", None) or local(request.query_params.get("next", "")) or ""
        common = {"words": words, "oidc": oidc, "following": following, "seal": room.seal.issue()}
        page = room.render(request, "sign_in.html", status, **{**common, "name": "", "problem": "", **values})
        return keeper.keep_at_door(request, page, token)

    async def sign_in(request: Request) -> Response:
        if request.method == "GET":
            if request.state.user is not None:
                return RedirectResponse(home(request.state.user), 303)
            return door(request)
        try:
            form = await sealed_form(request, room.seal)
        except Unsealed:
            return door(request, 403, problem=words("sign_in.stale"))
        following, name = local(form.get("next", "")) or "", form.get("name", "").strip()
        address = request.client.host if request.client else "unknown"
        # Wrong tries are counted by address too. While one is over its limit even the right ones are refused, or a
        # guesser would learn them all the same.
        wait = wrong.wait(address)
        if not wait:
            given = (name, form.get("password", "")[: passwords.LONGEST + 1], form.get("code", ""), keeper.now())
            proof: Proof = await hashing.run(proving.prove, *given)
            if proof.user is not None:
                return await enter(request, proof.user, following)
            wrong.take(address)
            wait = proof.wait
        problem = words("sign_in.wait", span=span(wait)) if wait else words("sign_in.wrong")
        page = door(request, 429 if wait else 422, problem=problem, name=name[:64], following=following)
        if wait:
            page.headers["Retry-After"] = str(wait)
        return page

    def span(seconds: int) -> str:
        minutes = -(-seconds // 60)
        return words("span.minutes", count=minutes) if minutes > 1 else words("span.minute")

    async def enter(request: Request, row: Any, following: str) -> Response:
        user = User(row.id, row.name, row.display, row.role)
        token = await open_session(room, keeper, user, request.state.session, "password")
        return keeper.let_in(request, RedirectResponse(following or home(user), 303), token)

    async def sign_out(request: Request) -> Response:
        await sealed_form(request, room.seal)

        def end() -> None:
            keeper.sessions.close(request.state.session)
            room.audit.write(user_of(request), "sign_out")

        await run_in_threadpool(end)
        return keeper.let_out(RedirectResponse(f"{SIGN_IN}?out=1", 303))

    async def invite(request: Request) -> Response:
        code = request.path_params["code"]
        invited = await run_in_threadpool(users.invited, code, keeper.now())
        if invited is None:
            return room.render(request, "account_problem.html", 404, words=words, problem="invite")
        if request.method == "GET":
            return choosing(request, invited)
        try:
            form = await sealed_form(request, room.seal)
        except Unsealed:
            return choosing(request, invited, 403, "stale")
        password = form.get("password", "")
        fault = passwords.fault(password, invited.name) or ("differ" if form.get("again", "") != password else None)
        if fault:
            return choosing(request, invited, 422, fault)
        if not await hashing.run(users.accept, code, password, keeper.now()):
            return room.render(request, "account_problem.html", 404, words=words, problem="invite")
        user = User(invited.id, invited.name, invited.display, invited.role)
        await run_in_threadpool(room.audit.write, user, "link_used", invited.name)
        token = await open_session(room, keeper, user, request.state.session, "link")
        return keeper.let_in(request, RedirectResponse(home(user), 303), token)

    def choosing(request: Request, invited: Any, status: int = 200, problem: str = "") -> Response:
        token = keeper.at_door(request)
        values = {"invited": invited, "seal": room.seal.issue(), "problem": problem, "least": passwords.SHORTEST}
        page = room.render(request, "invite.html", status, words=words, **values, most=passwords.LONGEST)
        return keeper.keep_at_door(request, page, token)

    return [
        room.route("/sign-in", ANYONE, sign_in, "GET", "POST"),
        room.route("/sign-out", ACCOUNT, sign_out, "POST"),
        room.route("/invite/{code}", ANYONE, invite, "GET", "POST"),
    ]


async def open_session(room: Room, keeper: Keeper, user: User, before: Optional[str], how: str) -> str:
    """The token of a new session, in place of the one that this browser had; `how` they proved who they are."""

    def opened() -> str:
        if before:
            keeper.sessions.close(before)
        token = keeper.sessions.open(user.id, keeper.now())
        room.audit.write(user, "sign_in", how=how)
        return token

    return await run_in_threadpool(opened)
