"""The door: name, password and code; what is told and what is not; cookies, seals, the way back, the one-time link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.console.keeper import local
from bot.console.seal import Seal
from bot.records.audit import Audit, Search
from bot.records.models import user_sessions, users
from bot.records.users import Users
from tests.console.people import PASSWORD, account, seal_of, sign_in, somebody
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]

HOSTILE = "<script>alert('x')</script>\" onfocus=\"y"


@pytest.fixture
def client(make_client: Callable[..., TestClient], engine: Engine) -> TestClient:
    account(engine, "lead", "anna")
    return make_client()


def again(client: TestClient) -> TestClient:
    """Another browser."""
    return TestClient(client.app, raise_server_exceptions=False)


def actions(engine: Engine) -> list[tuple[str, str, str]]:
    rows = Audit(engine, "s" * 32).every()
    return [(row.actor, row.action, row.object) for row in rows]


def test_who_is_not_signed_in_is_sent_to_the_door_and_back(client: TestClient) -> None:
    sent = client.get("/console/rules?x=1&y=/console", follow_redirects=False)
    assert sent.status_code == 303
    door = client.get(sent.headers["location"])
    assert door.status_code == 200 and "Sign in" in door.text and "Sign out" not in door.text
    fields = {
        "seal": seal_of(door.text),
        "name": " ANNA ",
        "password": PASSWORD,
        "next": "/console/rules?x=1&y=/console",
    }
    entered = client.post("/console/sign-in", data=fields, follow_redirects=False)
    assert entered.headers["location"] == "/console/rules?x=1&y=/console"
    assert client.get("/console/rules").status_code == 200 and "Sign out" in client.get("/console").text


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(client: TestClient) -> None:
    part = client.get("/console", headers={"HX-Request": "true"})
    assert part.status_code == 401 and part.headers["HX-Redirect"] == "/console/sign-in" and not part.text


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/console",
        "//evil.example/console",
        "/\\evil.example",
        "\\\\evil.example/console",
        "/console\\@evil.example",
        "/consoles",
        "/api/texts",
        "/console/../api",
        "javascript:alert(1)",
        "/console/sign-in",
        "/console\n/x",
        "/console/" + "x" * 3000,
        "",
        "console",
        "http:/console",
        "https:console",
    ],
)
def test_only_addresses_of_the_console_are_a_way_back(client: TestClient, address: str) -> None:
    assert local(address) is None
    page = client.get("/console/sign-in", params={"next": address}).text
    assert '<input type="hidden" name="next" value="">' in page
    entered = sign_in(client, "anna", PASSWORD, next=address)
    assert entered.status_code == 303 and entered.headers["location"] == "/console"


def test_the_cookie_is_kept_from_scripts_other_sites_and_other_paths(client: TestClient) -> None:
    for base, secure in (("http://testserver", False), ("https://testserver", True)):
        browser = TestClient(client.app, base_url=base)
        given = sign_in(browser, "anna", PASSWORD).headers.get_list("set-cookie")
        cookie = next(each for each in given if each.startswith("signpost_console="))
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=strict", "path=/console", "max-age=43200"} <= parts
        assert ("secure" in parts) is secure
        assert len(cookie.split(";")[0].split("=")[1]) >= 43


def test_the_database_keeps_neither_cookie_nor_password(client: TestClient, engine: Engine) -> None:
    sign_in(client, "anna", PASSWORD)
    token = client.cookies["signpost_console"]
    with engine.connect() as connection:
        kept = str(connection.execute(select(users)).all()) + str(connection.execute(select(user_sessions)).all())
    assert token not in kept and PASSWORD not in kept and "$argon2id$" in kept


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("anna", ""), (HOSTILE, HOSTILE), ("a\0b", "x")],
)
def test_what_is_wrong_is_told_alike_whatever_is_wrong(client: TestClient, name: str, password: str) -> None:
    refused = sign_in(client, name, password)
    assert refused.status_code == 422 and "That did not work" in refused.text
    assert "signpost_console" not in client.cookies
    assert "<script>" not in refused.text and 'onfocus="y' not in refused.text
    assert client.get("/console", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_five_wrong_tries_lock_whether_there_is_an_account_or_not(
    client: TestClient, engine: Engine, name: str
) -> None:
    statuses = [sign_in(client, name, f"guess {number}").status_code for number in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    # The right password does not help, and what is told is the same.
    locked = sign_in(again(client), name, PASSWORD)
    assert locked.status_code == 429 and "wait a minute" in locked.text and 0 < int(locked.headers["retry-after"]) <= 60
    logged = actions(engine)
    assert (("(nobody)", "locked", "anna") in logged) is (name == "anna")
    assert "nobody" not in {thing for _, _, thing in logged}


def test_wrong_tries_are_counted_by_address_too(client: TestClient) -> None:
    # Five at the most for one name, so the names differ.
    statuses = [sign_in(client, f"name{number}", "guess").status_code for number in range(12)]
    assert statuses[:10] == [422] * 10 and statuses[-1] == 429
    assert sign_in(client, "anna", PASSWORD).status_code == 429


def test_a_lock_ends_by_itself_and_the_next_is_longer(client: TestClient, engine: Engine) -> None:
    for number in range(5):
        sign_in(client, "anna", f"guess {number}")
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    with engine.begin() as connection:
        connection.execute(update(users).values(locked_until=past))
    assert "wait 2 minutes" in sign_in(client, "anna", "guess").text
    with engine.begin() as connection:
        connection.execute(update(users).values(locked_until=past))
    assert sign_in(client, "anna", PASSWORD).status_code == 303
    assert Users(engine).named("anna").failures == 0  # type: ignore[union-attr]


def test_the_door_wants_its_own_form(client: TestClient) -> None:
    door = client.get("/console/sign-in").text
    fields = {"name": "anna", "password": PASSWORD}
    for seal in ("", "made up", Seal("another").issue(), Seal("s" * 32).issue()):
        refused = client.post("/console/sign-in", data={**fields, "seal": seal}, follow_redirects=False)
        assert refused.status_code == 403 and "too old" in refused.text
    # The seal of another browser: its page can be fetched by anyone, its cookie not.
    assert again(client).post("/console/sign-in", data={**fields, "seal": seal_of(door)}).status_code == 403
    crossed = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/console/sign-in", data={**fields, "seal": seal_of(door)}, headers=crossed).status_code == 403


def test_a_seal_of_another_session_does_not_hold(client: TestClient) -> None:
    first, second = somebody(client, "lead", "anna"), somebody(client, "lead", "bert")
    seal = seal_of(first.get("/console/account").text)
    assert second.post("/console/account/sessions", data={"seal": seal}).status_code == 403
    assert first.post("/console/account/sessions", data={"seal": seal}, follow_redirects=False).status_code == 303
    sign_in(again(client), "anna", PASSWORD)
    newer = somebody(client, "lead", "anna")
    assert newer.post("/console/account/sessions", data={"seal": seal}).status_code == 403


def test_signing_out_ends_the_session_and_not_only_the_cookie(client: TestClient, engine: Engine) -> None:
    sign_in(client, "anna", PASSWORD)
    token = client.cookies["signpost_console"]
    out = client.post("/console/sign-out", data={"seal": seal_of(client.get("/console").text)}, follow_redirects=False)
    assert out.status_code == 303 and "signed out" in client.get(out.headers["location"]).text
    thief = again(client)
    thief.cookies.set("signpost_console", token, path="/console")
    assert thief.get("/console", follow_redirects=False).status_code == 303
    assert [each[1] for each in actions(engine)] == ["sign_in", "sign_out"]


def test_signing_in_again_is_a_new_session_and_ends_the_old(client: TestClient) -> None:
    sign_in(client, "anna", PASSWORD)
    token = client.cookies["signpost_console"]
    sign_in(client, "bert", PASSWORD)
    client.get("/console/sign-in")
    assert client.cookies["signpost_console"] == token
    # A cookie that somebody else put there is not taken over.
    other = again(client)
    other.cookies.set("signpost_console", "fixed by another", domain="testserver.local", path="/console")
    sign_in(other, "anna", PASSWORD)
    assert other.cookies["signpost_console"] not in ("fixed by another", token)


@pytest.mark.parametrize(
    ("column", "age"),
    [("seen_at", timedelta(minutes=31)), ("ends_at", timedelta(seconds=1))],
    ids=["half an hour unused", "twelve hours old"],
)
def test_a_session_ends_by_itself(client: TestClient, engine: Engine, column: str, age: timedelta) -> None:
    sign_in(client, "anna", PASSWORD)
    assert client.get("/console", follow_redirects=False).status_code == 200
    with engine.begin() as connection:
        connection.execute(update(user_sessions).values(**{column: datetime.now(timezone.utc) - age}))
    assert client.get("/console", follow_redirects=False).status_code == 303


def test_a_session_that_is_used_goes_on(client: TestClient, engine: Engine) -> None:
    sign_in(client, "anna", PASSWORD)
    with engine.begin() as connection:
        connection.execute(update(user_sessions).values(seen_at=datetime.now(timezone.utc) - timedelta(minutes=29)))
    assert client.get("/console", follow_redirects=False).status_code == 200
    with engine.connect() as connection:
        seen = connection.execute(select(user_sessions.c.seen_at)).scalar()
    assert datetime.now(timezone.utc) - seen < timedelta(minutes=1)


def test_a_link_is_used_once_and_leads_in(client: TestClient, engine: Engine) -> None:
    now = datetime.now(timezone.utc)
    Users(engine).add("eve", HOSTILE, "reviewer", now)
    code = Users(engine).invite(Users(engine).named("eve").id, now)  # type: ignore[union-attr]
    path = f"/console/invite/{code}"
    for _ in range(2):  # looking at it, as a mail program may, does not use it up
        page = client.get(path)
        assert page.status_code == 200 and "the name eve" in page.text and "<script>" not in page.text
    seal = seal_of(page.text)
    for password, second, told in (
        ("short", "short", "at least 12"),
        ("x" * 1001, "x" * 1001, "up to 1000"),
        (PASSWORD, "other", "not the same"),
    ):
        refused = client.post(path, data={"seal": seal, "password": password, "again": second})
        assert refused.status_code == 422 and told in refused.text
    assert client.post(path, data={"password": PASSWORD, "again": PASSWORD}).status_code == 403
    chosen = {"seal": seal, "password": PASSWORD, "again": PASSWORD}
    entered = client.post(path, data=chosen, follow_redirects=False)
    assert entered.status_code == 303 and client.get("/console").status_code == 200
    for gone in (client.get(path), again(client).get(path), client.get("/console/invite/made-up")):
        assert gone.status_code == 404 and "does not work any more" in gone.text
    assert sign_in(again(client), "eve", PASSWORD).status_code == 303
    assert code not in str(Users(engine).list())
    assert [each[1] for each in actions(engine)][:2] == ["link_used", "sign_in"]


def test_a_password_must_not_be_the_name(client: TestClient, engine: Engine) -> None:
    now = datetime.now(timezone.utc)
    Users(engine).add("eve.of.the.desk", "Eve", "reviewer", now)
    code = Users(engine).invite(Users(engine).named("eve.of.the.desk").id, now)  # type: ignore[union-attr]
    page = client.get(f"/console/invite/{code}").text
    chosen = {"seal": seal_of(page), "password": "Eve.of.the.DESK", "again": "Eve.of.the.DESK"}
    assert "must not be your name" in client.post(f"/console/invite/{code}", data=chosen).text


def test_a_failing_database_is_told_in_words(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = somebody(client, "lead", "anna")

    def broken(*_: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("locked"))

    monkeypatch.setattr("bot.records.sessions.Sessions.find", broken)
    page = theirs.get("/console")
    assert page.status_code == 503 and "Try again" in page.text and "SELECT" not in page.text


def test_what_was_tried_is_in_the_log_without_what_was_typed(client: TestClient, engine: Engine) -> None:
    sign_in(client, "my secret password by mistake", "anna")
    sign_in(client, "anna", "a wrong password")
    sign_in(client, "anna", PASSWORD)
    assert actions(engine) == [
        ("(nobody)", "sign_in_refused", "(unknown)"),
        ("(nobody)", "sign_in_refused", "anna"),
        ("anna", "sign_in", ""),
    ]
    kept = str(Audit(engine, "s" * 32).list(Search(), 10))
    assert "mistake" not in kept and "wrong password" not in kept
