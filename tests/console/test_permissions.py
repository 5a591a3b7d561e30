"""Every route of the console for every role and for nobody. A new route without an entry in the table fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.console.who import ROLES
from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from tests.console.people import somebody
from tests.console.test_console import AT
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]

EVERYBODY = frozenset(ROLES)
READERS = EVERYBODY - {"admin"}
HANDOFF = frozenset({"reviewer", "lead"})
JUDGES = frozenset({"reviewer", "lead", "knowledge_owner"})
APPROVERS = frozenset({"lead", "knowledge_owner"})
ARCHIVE = frozenset({"knowledge_owner"})
ADMIN, AUDITOR = frozenset({"admin"}), frozenset({"auditor"})
OPEN = None
"""Whoever comes, signed in or not."""

TABLE: dict[tuple[str, str], Any] = {
    ("GET", "/console"): READERS,
    ("GET", "/console/conversations/{id}"): READERS,
    ("POST", "/console/conversations/{id}/letters"): HANDOFF,
    ("POST", "/console/conversations/{id}/reveal"): HANDOFF,
    ("POST", "/console/conversations/{id}/flag"): JUDGES,
    ("POST", "/console/conversations/{id}/status"): JUDGES,
    ("GET", "/console/conversations/{id}/review"): JUDGES,
    ("POST", "/console/conversations/{id}/review"): JUDGES,
    ("POST", "/console/conversations/{id}/drafts"): JUDGES,
    ("POST", "/console/review/entries"): JUDGES,
    ("GET", "/console/drafts"): JUDGES,
    ("GET", "/console/drafts/{number}"): JUDGES,
    ("POST", "/console/drafts/{number}"): JUDGES,
    ("POST", "/console/drafts/{number}/approve"): APPROVERS,
    ("POST", "/console/drafts/{number}/remove"): JUDGES,
    ("GET", "/console/agreement"): EVERYBODY,
    ("POST", "/console/filters"): READERS,
    ("POST", "/console/filters/{id}/rename"): READERS,
    ("POST", "/console/filters/{id}/delete"): READERS,
    ("GET", "/console/next"): JUDGES,
    ("POST", "/console/next"): JUDGES,
    ("POST", "/console/next/{id}/put-back"): JUDGES,
    ("GET", "/console/handoff"): HANDOFF,
    ("GET", "/console/undelivered"): READERS,
    ("POST", "/console/handoff/{id}/take"): HANDOFF,
    ("POST", "/console/handoff/{id}/back"): HANDOFF,
    ("GET", "/console/dashboard"): EVERYBODY,
    ("GET", "/console/dashboard/{name}.csv"): APPROVERS,
    ("GET", "/console/dashboard/{name}.json"): APPROVERS,
    ("GET", "/console/rules"): EVERYBODY,
    ("POST", "/console/rules"): EVERYBODY,
    ("GET", "/console/rules/{topic}.svg"): EVERYBODY,
    ("GET", "/console/archive"): ARCHIVE,
    ("GET", "/console/archive/search"): ARCHIVE,
    ("POST", "/console/archive/search"): ARCHIVE,
    ("GET", "/console/archive/withheld"): ARCHIVE,
    ("GET", "/console/archive/unanswered"): ARCHIVE,
    ("GET", "/console/archive/{id}"): ARCHIVE,
    ("POST", "/console/archive/{id}/level"): ARCHIVE,
    ("POST", "/console/archive/{id}/hide"): ARCHIVE,
    ("POST", "/console/archive/{id}/show"): ARCHIVE,
    ("GET", "/console/sign-in"): OPEN,
    ("POST", "/console/sign-in"): OPEN,
    ("GET", "/console/sign-in/oidc"): OPEN,
    ("GET", "/console/sign-in/oidc/back"): OPEN,
    ("GET", "/console/invite/{code}"): OPEN,
    ("POST", "/console/invite/{code}"): OPEN,
    ("POST", "/console/sign-out"): EVERYBODY,
    ("GET", "/console/account"): EVERYBODY,
    ("POST", "/console/account/password"): EVERYBODY,
    ("GET", "/console/account/totp"): EVERYBODY,
    ("POST", "/console/account/totp"): EVERYBODY,
    ("POST", "/console/account/totp/off"): EVERYBODY,
    ("POST", "/console/account/sessions"): EVERYBODY,
    ("GET", "/console/users"): ADMIN,
    ("POST", "/console/users"): ADMIN,
    ("GET", "/console/users/{id}"): ADMIN,
    ("POST", "/console/users/{id}"): ADMIN,
    ("GET", "/console/audit"): AUDITOR,
    ("GET", "/console/audit/export"): AUDITOR,
}
"""Method and path of each route: the roles that may use it."""

FORBIDDEN = "Your role may not do this"


@pytest.fixture
def anyone(make_client: Callable[..., TestClient], conversations: Conversations) -> TestClient:
    conversations.open("one", "web", True, AT)
    return make_client()


def path_of(route: str, knowledge: Knowledge) -> str:
    """An address that the route answers."""
    parts = {"id": "one" if "conversations" in route else "1", "topic": next(iter(knowledge.topics)), "code": "made-up"}
    parts |= {"number": "1", "name": "channels"}
    return route.format(**parts)


def ask(client: TestClient, method: str, path: str) -> Any:
    return client.request(method, path, data={} if method == "POST" else None, follow_redirects=False)


def test_every_route_is_in_the_table_and_the_table_names_no_other(anyone: TestClient) -> None:
    app: Any = anyone.app
    served = {
        (method, route.path)
        for route in app.routes
        if route.path.startswith("/console")
        for method in route.methods - {"HEAD"}
    }
    assert served == set(TABLE), "a route of the console without an entry here, or an entry without its route"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(
    anyone: TestClient, knowledge: Knowledge, role: str
) -> None:
    for (method, route), roles in TABLE.items():
        # Signed in anew for each: signing out is one of the routes.
        answer = ask(somebody(anyone, role), method, path_of(route, knowledge))
        allowed = roles is OPEN or role in roles
        assert (answer.status_code == 403 and FORBIDDEN in answer.text) is not allowed, (method, route)
        assert not answer.headers.get("location", "").startswith("/console/sign-in"), (method, route)
        assert answer.status_code != 500, (method, route)


def test_nobody_is_sent_to_sign_in(anyone: TestClient, knowledge: Knowledge) -> None:
    for (method, route), roles in TABLE.items():
        answer = ask(anyone, method, path_of(route, knowledge))
        sent = answer.status_code == 303 and answer.headers["location"].startswith("/console/sign-in")
        assert sent is (roles is not OPEN), (method, route)
        assert answer.headers["cache-control"] == "no-store", (method, route)


def test_a_form_that_is_not_from_this_session_changes_nothing(anyone: TestClient, knowledge: Knowledge) -> None:
    without = {"/console/rules", "/console/archive/search"}
    """Forms that change nothing."""
    for (method, route), roles in TABLE.items():
        if method == "POST" and route not in without:
            client = anyone if roles is OPEN else somebody(anyone, sorted(roles)[0])
            answer = ask(client, method, path_of(route, knowledge))
            # A link that was made up is not there; an entry that was not sent a reason is told so: neither changes.
            assert answer.status_code in (403, 404, 422), route


def test_headers_of_every_page(anyone: TestClient, knowledge: Knowledge) -> None:
    for (method, route), roles in TABLE.items():
        role = "admin" if roles is OPEN else sorted(roles)[0]
        answer = ask(somebody(anyone, role), method, path_of(route, knowledge))
        assert answer.headers["cache-control"] == "no-store", route
        assert "script-src 'self'" in answer.headers["content-security-policy"], route
        assert answer.headers["referrer-policy"] == "no-referrer" and answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("role", ROLES)
def test_the_head_shows_the_pages_that_one_may_see_and_begins_at_the_first(anyone: TestClient, role: str) -> None:
    theirs = somebody(anyone, role)
    page = theirs.get("/console/account").text
    shown = [path for path in ("/console/archive", "/console/users", "/console/audit") if f'<a href="{path}"' in page]
    assert shown == [
        path for path in ("/console/archive", "/console/users", "/console/audit") if role in TABLE["GET", path]
    ]
    home = theirs.get("/console/sign-in", follow_redirects=False)
    assert home.status_code == 303 and theirs.get(home.headers["location"]).status_code == 200
