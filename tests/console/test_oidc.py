"""Signing in with somebody else's server: who comes in, and every way in which its word is not taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.records.audit import Audit
from bot.records.users import Users
from bot.settings import Settings, SettingsError
from tests.console.people import account
from tests.console.provider import CLIENT, CLIENT_SECRET, Provider, serving
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as running:
        yield running


@pytest.fixture
def client(
    make_client: Callable[..., TestClient], settings: Settings, provider: Provider, engine: Engine
) -> TestClient:
    account(engine, "lead", "anna")
    other = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": CLIENT_SECRET}
    return make_client(settings=replace(settings, **other))


def leave(client: TestClient, following: str = "") -> str:
    """To the other server: its address."""
    sent = client.get("/console/sign-in/oidc", params={"next": following}, follow_redirects=False)
    assert sent.status_code == 303
    return sent.headers["location"]


def come_back(client: TestClient, provider: Provider, following: str = "") -> Any:
    return client.get(provider.authorize(leave(client, following)), follow_redirects=False)


def signed_in(client: TestClient) -> bool:
    return client.get("/console", follow_redirects=False).status_code == 200


def test_who_has_an_account_comes_in(client: TestClient, provider: Provider, engine: Engine) -> None:
    assert "your organisation" in client.get("/console/sign-in").text
    welcome = come_back(client, provider, "/console/rules")
    assert welcome.status_code == 200 and 'content="0;url=/console/rules"' in welcome.text
    assert signed_in(client)
    assert [(row.actor, row.action, row.detail) for row in Audit(engine, "s" * 32).every()] == [
        ("anna", "sign_in", {"how": "oidc"})
    ]
    # The subject is bound now: a name of another subject does not matter any more, nor does its own.
    provider.claims = {"sub": "8", "email": "anna", "email_verified": True}
    assert come_back(TestClient(client.app), provider).status_code == 403
    provider.claims = {"sub": "7"}
    assert come_back(TestClient(client.app), provider).status_code == 200


def test_a_preferred_user_name_will_do_and_an_unverified_address_not(client: TestClient, provider: Provider) -> None:
    unverified: list[dict[str, Any]] = [{}, {"email_verified": False}, {"email_verified": "1"}]
    for verified in unverified:
        provider.claims = {"sub": "7", "email": "anna", **verified}
        refused = come_back(client, provider)
        assert refused.status_code == 403 and "no account for you" in refused.text, verified
    provider.claims = {"sub": "7", "preferred_username": "Anna"}
    assert come_back(client, provider).status_code == 200


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": [CLIENT, "another"]},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"iat": None},
        {"iat": NOW + 7200},
        {"sub": None},
    ],
    ids=lambda changes: " ".join(changes) + ("" if None in changes.values() else " given"),
)
def test_a_token_that_is_not_for_this_moment_and_place_is_refused(
    client: TestClient, provider: Provider, changes: dict[str, Any], engine: Engine
) -> None:
    provider.changes = changes
    refused = come_back(client, provider)
    assert refused.status_code == 403 and "did not work" in refused.text and not signed_in(client)
    assert [row.action for row in Audit(engine, "s" * 32).every()] == ["sign_in_refused"]
    assert Users(engine).named("anna").oidc_subject is None  # type: ignore[union-attr]


def test_a_token_of_several_audiences_is_taken_if_it_was_given_to_us(client: TestClient, provider: Provider) -> None:
    provider.changes = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert come_back(client, provider).status_code == 200


def test_a_token_that_another_signed_is_refused(client: TestClient, provider: Provider) -> None:
    provider.signing = RSAKey.generate_key(2048)
    assert come_back(client, provider).status_code == 403
    # The public key taken as a shared secret, and no signature at all.
    provider.algorithm = "HS256"
    assert come_back(client, provider).status_code == 403
    provider.algorithm = "none"
    assert come_back(client, provider).status_code == 403 and not signed_in(client)


def test_keys_that_were_changed_are_read_again(client: TestClient, provider: Provider) -> None:
    assert come_back(client, provider).status_code == 200
    provider.key = provider.signing = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert come_back(TestClient(client.app), provider).status_code == 200


def test_a_state_comes_back_once_and_to_its_own_browser(client: TestClient, provider: Provider) -> None:
    back = provider.authorize(leave(client))
    kept = client.cookies["signpost_oidc"]
    for stranger in (back, f"{back}x", back.replace("state=", "other="), "/console/sign-in/oidc/back"):
        assert TestClient(client.app).get(stranger).status_code == 403
    assert client.get(back, follow_redirects=False).status_code == 200
    # Even for who kept the cookie, and has a code that was not used.
    state = back.rpartition("state=")[2]
    provider.waiting["fresh"] = {**provider.waiting.get("", {}), "nonce": "n", "code_challenge": "c"}
    thief = TestClient(client.app)
    thief.cookies.set("signpost_oidc", kept, path="/console/sign-in/oidc")
    assert thief.get(f"/console/sign-in/oidc/back?code=fresh&state={state}").status_code == 403
    assert "fresh" in provider.waiting and not signed_in(thief)


def test_who_is_unknown_or_disabled_stays_out(client: TestClient, provider: Provider, engine: Engine) -> None:
    users = Users(engine)
    users.disable(users.named("anna").id, datetime.now(timezone.utc))  # type: ignore[union-attr]
    assert come_back(client, provider).status_code == 403
    provider.claims = {"sub": "9", "email": "eve", "email_verified": True}
    assert come_back(client, provider).status_code == 403 and not signed_in(client)


def test_the_way_back_leads_to_the_console_alone(client: TestClient, provider: Provider) -> None:
    welcome = come_back(client, provider, "https://evil.example/console")
    assert welcome.status_code == 200 and 'content="0;url=/console"' in welcome.text


def test_a_server_that_is_away_or_calls_itself_otherwise_is_told(client: TestClient, provider: Provider) -> None:
    issuer, provider.issuer = provider.issuer, "https://other.example"
    away = client.get("/console/sign-in/oidc", follow_redirects=False)
    assert away.status_code == 503 and "does not answer" in away.text
    provider.issuer = issuer
    assert come_back(client, provider).status_code == 200


def test_without_another_server_it_is_not_offered(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    assert "organisation" not in client.get("/console/sign-in").text
    for path in ("", "/back"):
        assert client.get(f"/console/sign-in/oidc{path}", follow_redirects=False).status_code == 404


def test_the_settings_go_together_and_are_over_https() -> None:
    with pytest.raises(SettingsError, match="SIGNPOST_OIDC_ISSUER and SIGNPOST_OIDC_CLIENT_ID"):
        Settings.read({"SIGNPOST_OIDC_ISSUER": "https://login.example"})
    for odd in ("http://login.example", "login.example", "https://", "https://login.example?x=1"):
        with pytest.raises(SettingsError, match="SIGNPOST_OIDC_ISSUER"):
            Settings.read({"SIGNPOST_OIDC_ISSUER": odd, "SIGNPOST_OIDC_CLIENT_ID": "x"})
