"""One's own account and, for admins, everybody's: password, one-time codes, sessions, roles, links."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pyotp
import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.records.audit import Audit
from bot.records.models import users
from bot.records.users import Users
from tests.console.people import PASSWORD, seal_of, sign_in, somebody
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]

HOSTILE = "<script>alert('x')</script>\" onfocus=\"y"
NEW = "another horse battery"


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "reviewer", "anna")


@pytest.fixture
def admin(client: TestClient) -> TestClient:
    return somebody(client, "admin")


def again(client: TestClient) -> TestClient:
    return TestClient(client.app, raise_server_exceptions=False)


def send(client: TestClient, path: str, **fields: str) -> Any:
    page = "/console/account" if "/account" in path else path
    fields = {"seal": seal_of(client.get(page).text), **fields}
    return client.post(path, data=fields, follow_redirects=False)


def enrol(client: TestClient) -> tuple[pyotp.TOTP, datetime]:
    """Sets one-time codes up; gives the device, and the moment whose code was used."""
    now = datetime.now(timezone.utc)
    page = client.get("/console/account/totp").text
    device = pyotp.TOTP(re.search(r'<code class="secret">([A-Z2-7]+)<', page)[1])  # type: ignore[index]
    assert f"otpauth://totp/Signpost:anna?secret={device.secret}" in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]  # type: ignore[index]
    done = send(client, "/console/account/totp", kept=kept, code=device.at(now), current=PASSWORD)
    assert done.status_code == 303 and "are on" in client.get(done.headers["location"]).text
    return device, now


def test_another_password_ends_every_other_session(client: TestClient) -> None:
    other = again(client)
    sign_in(other, "anna", PASSWORD)
    done = send(client, "/console/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert done.status_code == 303 and "is changed" in client.get(done.headers["location"]).text
    assert other.get("/console", follow_redirects=False).status_code == 303
    assert sign_in(again(client), "anna", PASSWORD).status_code == 422
    assert sign_in(again(client), "anna", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"current": "wrong", "password": NEW, "again": NEW}, "current password is not right"),
        ({"current": PASSWORD, "password": NEW, "again": "x"}, "not the same"),
        ({"current": PASSWORD, "password": "x", "again": "x"}, "at least 12"),
        ({}, "current password is not right"),
    ],
)
def test_a_password_is_not_changed_by_a_faulty_form(client: TestClient, fields: dict[str, str], told: str) -> None:
    refused = send(client, "/console/account/password", **fields)
    assert refused.status_code == 422 and told in refused.text
    assert sign_in(again(client), "anna", PASSWORD).status_code == 303


def test_a_browser_left_open_is_no_place_to_guess(client: TestClient) -> None:
    for number in range(10):
        send(client, "/console/account/password", current=f"guess {number}", password=NEW, again=NEW)
    stopped = send(client, "/console/account/password", current=PASSWORD, password=NEW, again=NEW)
    assert stopped.status_code == 422 and "too many wrong tries" in stopped.text


def test_one_time_codes_are_wanted_once_set_up_and_each_is_good_once(client: TestClient, engine: Engine) -> None:
    device, now = enrol(client)
    assert device.secret not in str(Users(engine).list())
    used, fresh = device.at(now), device.at(now + timedelta(seconds=30))
    for code in ("", "000000", used, "12345678", "abcdef", "１２３４５６"):
        Users(engine).enable(Users(engine).named("anna").id)  # type: ignore[union-attr]
        refused = sign_in(again(client), "anna", PASSWORD, code=code)
        assert refused.status_code == 422 and "That did not work" in refused.text, code
    assert sign_in(again(client), "anna", PASSWORD, code=f" {fresh[:3]} {fresh[3:]} ").status_code == 303
    assert sign_in(again(client), "anna", PASSWORD, code=fresh).status_code == 422


def test_one_time_codes_are_turned_off_with_the_password(client: TestClient) -> None:
    enrol(client)
    assert "is not right" in send(client, "/console/account/totp/off", current="wrong").text
    assert send(client, "/console/account/totp/off", current=PASSWORD).status_code == 303
    assert sign_in(again(client), "anna", PASSWORD).status_code == 303


def test_a_secret_is_not_kept_before_its_code_was_right(client: TestClient, engine: Engine) -> None:
    page = client.get("/console/account/totp").text
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]  # type: ignore[index]
    secret = re.search(r'<code class="secret">([A-Z2-7]+)<', page)[1]  # type: ignore[index]
    wrong = send(client, "/console/account/totp", kept=kept, code="000000", current=PASSWORD)
    assert wrong.status_code == 422 and "code is not right" in wrong.text and secret in wrong.text
    code = pyotp.TOTP(secret).now()
    assert "current password" in send(client, "/console/account/totp", kept=kept, code=code, current="x").text
    for other in ("", "made up"):
        assert (
            "open for too long" in send(client, "/console/account/totp", kept=other, code=code, current=PASSWORD).text
        )
    # What was sealed for somebody else is not taken.
    bert = somebody(client, "reviewer", "bert")
    assert "open for too long" in send(bert, "/console/account/totp", kept=kept, code=code, current=PASSWORD).text
    assert [row.totp for row in Users(engine).list()] == [None, None]


def test_signing_out_everywhere_else(client: TestClient) -> None:
    other = again(client)
    sign_in(other, "anna", PASSWORD)
    assert client.get("/console/account").text.count("another") == 1
    assert send(client, "/console/account/sessions").status_code == 303
    assert other.get("/console", follow_redirects=False).status_code == 303
    assert client.get("/console", follow_redirects=False).status_code == 200


def test_an_admin_adds_somebody_and_the_link_is_shown_once(admin: TestClient, engine: Engine) -> None:
    made = send(admin, "/console/users", name=" Eve.Lin@clinic.example ", display=HOSTILE, role="reviewer")
    assert made.status_code == 200 and "<script>" not in made.text
    link = re.search(r"http://testserver(/console/invite/[\w-]+)", made.text)[1]  # type: ignore[index]
    listed = admin.get("/console/users").text
    assert "eve.lin@clinic.example" in listed and link not in listed and "<script>" not in listed
    assert again(admin).get(link).status_code == 200
    row = Users(engine).named("eve.lin@clinic.example")
    assert row is not None and row.role == "reviewer" and row.password is None
    # Another link ends the one before.
    newer = send(admin, f"/console/users/{row.id}", what="link")
    assert newer.status_code == 200 and again(admin).get(link).status_code == 404
    assert "<script>" not in admin.get(f"/console/users/{row.id}").text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "a b", "role": "lead"}, "small letters and digits"),
        ({"name": "", "role": "lead"}, "small letters and digits"),
        ({"name": HOSTILE, "role": "lead"}, "small letters and digits"),
        ({"name": "x" * 65, "role": "lead"}, "small letters and digits"),
        ({"name": "(nobody)", "role": "lead"}, "small letters and digits"),
        ({"name": "eve", "role": "stand_in"}, "Choose a role"),
        ({"name": "eve"}, "Choose a role"),
        ({"name": "eve", "role": "lead", "display": "x" * 121}, "up to 120"),
        ({"name": "ANNA", "role": "lead"}, "already"),
    ],
)
def test_what_is_no_account_is_told(admin: TestClient, engine: Engine, fields: dict[str, str], told: str) -> None:
    refused = send(admin, "/console/users", **fields)
    assert refused.status_code == 422 and told in refused.text and "<script>" not in refused.text
    assert {row.name for row in Users(engine).list()} == {"anna", "admin"}


def test_another_role_or_none_signs_out_at_once(client: TestClient, admin: TestClient, engine: Engine) -> None:
    path = f"/console/users/{Users(engine).named('anna').id}"  # type: ignore[union-attr]
    assert send(admin, path, what="role", role="auditor").status_code == 303
    assert client.get("/console", follow_redirects=False).status_code == 303
    sign_in(client, "anna", PASSWORD)
    assert client.get("/console/audit").status_code == 200
    assert send(admin, path, what="disable").status_code == 303
    assert client.get("/console", follow_redirects=False).status_code == 303
    assert sign_in(again(client), "anna", PASSWORD).status_code == 422
    assert send(admin, path, what="link").status_code == 422
    assert "disabled" in admin.get(path).text
    assert send(admin, path, what="enable").status_code == 303
    assert sign_in(again(client), "anna", PASSWORD).status_code == 303
    for fields in ({"what": "role", "role": "king"}, {"what": "burn"}, {}):
        assert send(admin, path, **fields).status_code == 422


def test_an_admin_cannot_shut_everybody_out(admin: TestClient, engine: Engine) -> None:
    path = f"/console/users/{Users(engine).named('admin').id}"  # type: ignore[union-attr]
    for fields in ({"what": "disable"}, {"what": "role", "role": "lead"}):
        assert send(admin, path, **fields).status_code == 422
    assert Users(engine).named("admin").role == "admin"  # type: ignore[union-attr]


@pytest.mark.parametrize("odd", ["0", "9999", "x", "-1", "9" * 40, "²"])
def test_an_account_that_is_not_there(admin: TestClient, odd: str) -> None:
    assert "no such account" in admin.get(f"/console/users/{odd}").text


def test_a_link_takes_lock_and_codes_away(client: TestClient, admin: TestClient, engine: Engine) -> None:
    enrol(client)
    row = Users(engine).named("anna")
    assert row is not None
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    with engine.begin() as connection:
        connection.execute(update(users).where(users.c.id == row.id).values(locked_until=later, failures=9))
    assert "locked" in admin.get("/console/users").text
    made = send(admin, f"/console/users/{row.id}", what="link").text
    link = re.search(r"/console/invite/[\w-]+", made)[0]  # type: ignore[index]
    browser = again(client)
    fields = {"seal": seal_of(browser.get(link).text), "password": NEW, "again": NEW}
    assert browser.post(link, data=fields, follow_redirects=False).status_code == 303
    assert sign_in(again(client), "anna", NEW).status_code == 303
    assert client.get("/console", follow_redirects=False).status_code == 303


def test_every_change_is_in_the_log(client: TestClient, admin: TestClient, engine: Engine) -> None:
    enrol(client)
    send(client, "/console/account/totp/off", current=PASSWORD)
    send(client, "/console/account/password", current=PASSWORD, password=NEW, again=NEW)
    send(client, "/console/account/sessions")
    send(admin, "/console/users", name="eve", role="lead")
    path = f"/console/users/{Users(engine).named('eve').id}"  # type: ignore[union-attr]
    for what in ("role", "disable", "enable", "link"):
        send(admin, path, what=what, role="auditor")
    audit = Audit(engine, "s" * 32)
    logged = [(row.actor, row.action, row.object) for row in audit.every() if row.action != "sign_in"]
    assert logged == [
        *(("anna", action, "anna") for action in ("totp_on", "totp_off", "password_changed", "sessions_ended")),
        *(("admin", action, "eve") for action in ("user_added", "link_made", "role_changed", "user_disabled")),
        *(("admin", action, "eve") for action in ("user_enabled", "link_made")),
    ]
    assert audit.verify().why is None
