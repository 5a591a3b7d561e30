"""The accounts, for who manages them: who there is, a new one, another role, a new link, and keeping somebody out."""

from __future__ import annotations

from typing import Any, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.forms import path_number, sealed_form
from bot.console.keeper import Keeper
from bot.console.room import Room
from bot.console.who import ROLES, USERS, user_of
from bot.records.users import INVITE_HOURS, LONGEST_DISPLAY, LONGEST_NAME, Users, name_fault

BASE = "/console/users"


def routes(room: Room, keeper: Keeper) -> list[BaseRoute]:
    """The routes of the accounts' pages."""
    words, users = room.texts.of("accounts"), Users(room.engine)

    async def listing(request: Request, status: int = 200, problem: str = "", form: Any = None) -> Response:
        rows = await run_in_threadpool(users.list)
        shown = [(row, state(row)) for row in rows]
        values = {"rows": shown, "roles": list(ROLES), "form": form or {}, "problem": problem}
        limits = {"name_most": LONGEST_NAME, "display_most": LONGEST_DISPLAY}
        return room.render(request, "users.html", status, words=words, seal=room.seal.issue(), **values, **limits)

    def state(row: Any) -> str:
        now = keeper.now()
        if row.disabled_at is not None:
            return "disabled"
        if row.locked_until is not None and row.locked_until > now:
            return "locked"
        if row.password or row.oidc_subject:
            return "ready"
        return "invited" if row.invite_until is not None and row.invite_until > now else "no_link"

    async def page(request: Request) -> Response:
        return await listing(request)

    async def add(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        name, role = form.get("name", "").strip().lower(), form.get("role", "")
        display = form.get("display", "").strip() or name
        fault = "name" if name_fault(name) else "role" if role not in ROLES else ""
        if fault or len(display) > LONGEST_DISPLAY:
            return await listing(request, 422, fault or "display", form)

        def made() -> Any:
            if not users.add(name, display, role, keeper.now()):
                return None
            room.audit.write(user_of(request), "user_added", name, role=role)
            return users.named(name)

        row = await run_in_threadpool(made)
        if row is None:
            return await listing(request, 422, "taken", form)
        return await linked(request, row)

    async def linked(request: Request, row: Any) -> Response:
        def made() -> str:
            code = users.invite(row.id, keeper.now())
            room.audit.write(user_of(request), "link_made", row.name)
            return code

        code = await run_in_threadpool(made)
        address = f"{request.url.scheme}://{request.url.netloc}/console/invite/{code}"
        return room.render(request, "link.html", words=words, row=row, address=address, hours=INVITE_HOURS)

    async def one(request: Request) -> Response:
        row = await found(request)
        return unknown(request) if row is None else shown(request, row)

    async def found(request: Request) -> Optional[Any]:
        return await run_in_threadpool(users.get, path_number(request))

    def unknown(request: Request) -> Response:
        return room.render(request, "account_problem.html", 404, words=words, problem="user")

    def shown(request: Request, row: Any, status: int = 200, problem: str = "") -> Response:
        own = row.id == user_of(request).id
        values = {"row": row, "state": state(row), "own": own, "roles": list(ROLES), "problem": problem}
        return room.render(request, "user.html", status, words=words, seal=room.seal.issue(), **values)

    async def change(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        row, what = await found(request), form.get("what", "")
        if row is None:
            return unknown(request)
        if what == "link":
            return shown(request, row, 422, "disabled") if row.disabled_at else await linked(request, row)
        if row.id == user_of(request).id:
            # So that there is always somebody left who can let others in.
            return shown(request, row, 422, "own")
        role = form.get("role", "")
        if what == "role" and role not in ROLES:
            return shown(request, row, 422, "role")

        def done() -> bool:
            if what == "role":
                users.set_role(row.id, role)
                room.audit.write(user_of(request), "role_changed", row.name, before=row.role, after=role)
            elif what == "disable":
                users.disable(row.id, keeper.now())
                room.audit.write(user_of(request), "user_disabled", row.name)
            elif what == "enable":
                users.enable(row.id)
                room.audit.write(user_of(request), "user_enabled", row.name)
            else:
                return False
            return True

        if not await run_in_threadpool(done):
            return shown(request, row, 422, "what")
        return RedirectResponse(f"{BASE}/{row.id}", 303)

    return [
        room.route("/users", USERS, page),
        room.route("/users", USERS, add, "POST"),
        room.route("/users/{id}", USERS, one),
        room.route("/users/{id}", USERS, change, "POST"),
    ]
