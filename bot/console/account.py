"""One's own account: another password, one-time codes, and where one is signed in."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.forms import sealed_form
from bot.console.keeper import Keeper
from bot.console.room import Room
from bot.console.signing_in import Hashing, open_session
from bot.console.who import ACCOUNT, user_of
from bot.records import passwords
from bot.records.proving import Proving, device_address, matching_step, new_secret
from bot.records.users import Users
from bot.records.vault import Vault
from bot.web.limits import PASSWORD, Limiter

# Seconds for which a secret that was shown waits to be confirmed.
WAITING = 15 * 60
ADDRESS = "/console/account"
DONE = ("password", "totp", "totp_off", "sessions")


def routes(room: Room, keeper: Keeper, hashing: Hashing) -> list[BaseRoute]:
    """The routes of the account's page."""
    words, users = room.texts.of("accounts"), Users(room.engine)
    secret = room.settings.secret or ""
    proving, waiting = Proving(room.engine, secret, room.audit), Vault(secret, "totp-waiting")
    # Of wrong passwords and codes here, by user: a browser that was left open is no place to guess at.
    wrong = Limiter(PASSWORD)

    async def account(request: Request, status: int = 200, problem: str = "") -> Response:
        user = user_of(request)
        row: Any = await run_in_threadpool(users.get, user.id)
        sessions = await run_in_threadpool(keeper.sessions.of, user.id, keeper.now())
        shown = [(room.view.time(each.opened_at), room.view.time(each.seen_at), each.id) for each in sessions]
        done = request.query_params.get("done", "")
        values = {"sessions": shown, "this": request.state.session, "totp": row.totp, "has_password": row.password}
        limits = {"least": passwords.SHORTEST, "most": passwords.LONGEST}
        told = {"problem": problem, "done": done if done in DONE else "", "seal": room.seal.issue()}
        return room.render(request, "account.html", status, words=words, **values, **limits, **told)

    async def page(request: Request) -> Response:
        return await account(request)

    def proved(row: Any, password: str) -> bool:
        return passwords.right(row.password, password)

    async def password(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        user, chosen = user_of(request), form.get("password", "")
        fault = await checked(user.id, form.get("current", ""))
        fault = fault or passwords.fault(chosen, user.name) or ("differ" if form.get("again", "") != chosen else "")
        if fault:
            return await account(request, 422, fault)
        await hashing.run(users.set_password, user.id, chosen)
        await run_in_threadpool(room.audit.write, user, "password_changed", user.name)
        token = await open_session(room, keeper, user, None, "password")
        return keeper.let_in(request, RedirectResponse(f"{ADDRESS}?done=password", 303), token)

    async def checked(user_id: int, current: str) -> str:
        """The fault of the current password that was given; empty where it is right."""
        if wrong.wait(str(user_id)):
            return "too_many"
        row = await run_in_threadpool(users.get, user_id)
        if await hashing.run(proved, row, current[: passwords.LONGEST + 1]):
            return ""
        wrong.take(str(user_id))
        return "current"

    def enrolling(request: Request, secret: str, status: int = 200, problem: str = "") -> Response:
        name = user_of(request).name
        values = {"secret": secret, "address": device_address(secret, name), "problem": problem}
        kept = waiting.close(f"{user_of(request).id} {secret}")
        return room.render(request, "totp.html", status, words=words, kept=kept, seal=room.seal.issue(), **values)

    async def totp(request: Request) -> Response:
        if request.method == "GET":
            return enrolling(request, new_secret())
        form = await sealed_form(request, room.seal)
        user = user_of(request)
        owner, _, shown = (waiting.open(form.get("kept", ""), WAITING) or "").partition(" ")
        if owner != str(user.id):
            return enrolling(request, new_secret(), 422, "late")
        fault = await checked(user.id, form.get("current", ""))
        step = matching_step(shown, form.get("code", ""), keeper.now())
        if fault or step is None:
            return enrolling(request, shown, 422, fault or "code")

        def keep() -> None:
            users.set_totp(user.id, proving.sealed(shown), step)
            room.audit.write(user, "totp_on", user.name)

        await run_in_threadpool(keep)
        return RedirectResponse(f"{ADDRESS}?done=totp", 303)

    async def totp_off(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        user = user_of(request)
        fault = await checked(user.id, form.get("current", ""))
        if fault:
            return await account(request, 422, fault)

        def drop() -> None:
            users.set_totp(user.id, None)
            room.audit.write(user, "totp_off", user.name)

        await run_in_threadpool(drop)
        return RedirectResponse(f"{ADDRESS}?done=totp_off", 303)

    async def others(request: Request) -> Response:
        await sealed_form(request, room.seal)
        user = user_of(request)

        def end() -> None:
            ended = keeper.sessions.close_others(user.id, request.state.session)
            room.audit.write(user, "sessions_ended", user.name, ended=ended)

        await run_in_threadpool(end)
        return RedirectResponse(f"{ADDRESS}?done=sessions", 303)

    return [
        room.route("/account", ACCOUNT, page),
        room.route("/account/password", ACCOUNT, password, "POST"),
        room.route("/account/totp", ACCOUNT, totp, "GET", "POST"),
        room.route("/account/totp/off", ACCOUNT, totp_off, "POST"),
        room.route("/account/sessions", ACCOUNT, others, "POST"),
    ]
