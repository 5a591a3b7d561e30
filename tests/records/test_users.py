"""Accounts, sessions and proofs as they are kept, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.records import passwords
from bot.records.audit import Audit
from bot.records.models import users as table
from bot.records.proving import Proving, matching_step
from bot.records.sessions import Sessions
from bot.records.users import Users, name_fault
from bot.records.vault import Vault
from tests.archive.conftest import any_engine, engine, postgres, server
from tests.console.people import COSTLY, PASSWORD

__all__ = ["any_engine", "engine", "postgres", "server"]

NOW = datetime(2026, 3, 4, 12, tzinfo=timezone.utc)
SECRET = "s" * 32


@pytest.fixture
def anna(any_engine: Engine) -> Any:
    users = Users(any_engine)
    assert users.add("Anna", "Anna B", "lead", NOW) and not users.add("anna", "Other", "admin", NOW)
    row = users.named("ANNA")
    assert row is not None
    users.set_password(row.id, PASSWORD)
    return users.get(row.id)


def proving(engine: Engine) -> Proving:
    return Proving(engine, SECRET, Audit(engine, SECRET))


def test_passwords_cost_what_rfc_9106_recommends() -> None:
    parameters = extract_parameters(COSTLY.hash("x"))
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        64 * 1024,
        3,
        4,
    )


@pytest.mark.parametrize(
    "password", ["x" * 12, "pass wörd é 漢字 🙂", " leading and trailing ", "half \ud83d surrogate"]
)
def test_a_password_is_right_and_no_other(password: str) -> None:
    kept = passwords.hashed(password)
    assert passwords.right(kept, password) and not passwords.right(kept, password + "x")
    assert not passwords.right(None, password) and not passwords.right("no hash", password)
    assert not passwords.right(None, "nobody knows this")


def test_an_accent_is_the_same_however_a_keyboard_spells_it() -> None:
    assert passwords.right(passwords.hashed("caf\u00e9 au lait"), "cafe\u0301 au lait")


def test_who_has_no_account_costs_as_much_as_who_has(any_engine: Engine, anna: Any, monkeypatch: Any) -> None:
    """Counted and not timed: one hash is verified and one transaction written, whoever it is."""
    counted: list[str] = []

    class Counting:
        hash, check_needs_rehash = passwords.hasher.hash, passwords.hasher.check_needs_rehash

        def verify(self, kept: str, password: str) -> bool:
            counted.append("verified")
            return passwords_verify(kept, password)

    passwords_verify = passwords.hasher.verify
    passwords.right(None, "x")  # the decoy is made once
    decoy = passwords._decoys[passwords.hasher]
    counting: Any = Counting()
    monkeypatch.setattr(passwords, "hasher", counting)
    monkeypatch.setitem(passwords._decoys, counting, decoy)
    audit = Audit(any_engine, SECRET)
    door = Proving(any_engine, SECRET, audit)
    for name in ("anna", "nobody", ""):
        counted.clear()
        before = audit.verify().lines
        assert door.prove(name, "wrong", "", NOW).user is None
        assert counted == ["verified"] and audit.verify().lines == before + 1


def test_a_hash_of_another_cost_is_made_anew(any_engine: Engine, anna: Any) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with any_engine.begin() as connection:
        connection.execute(update(table).values(password=old))
    assert proving(any_engine).prove("anna", PASSWORD, "", NOW).user is not None
    kept = Users(any_engine).named("anna").password  # type: ignore[union-attr]
    assert kept != old and not passwords.outdated(kept) and passwords.right(kept, PASSWORD)


def test_locks_grow_up_to_an_hour_alike_for_strangers(any_engine: Engine, anna: Any) -> None:
    door, at = proving(any_engine), {"anna": NOW, "nobody": NOW}
    waits: dict[str, list[int]] = {"anna": [], "nobody": []}
    for name in at:
        for _ in range(14):
            wait = door.prove(name, "wrong", "", at[name]).wait
            waits[name].append(wait)
            # While it holds nothing is counted, and the right password is refused.
            if wait:
                assert door.prove(name, PASSWORD, "", at[name] + timedelta(seconds=wait - 1)).wait == 1
            at[name] += timedelta(seconds=wait)
    assert waits["anna"] == waits["nobody"] == [0] * 4 + [60, 120, 240, 480, 960, 1920, *[3600] * 4]
    assert door.prove("anna", PASSWORD, "", at["anna"]).user is not None


def test_wrong_tries_at_once_are_all_counted(any_engine: Engine, anna: Any) -> None:
    door = proving(any_engine)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: door.prove("anna", f"guess {number}", "", NOW), range(4)))
    assert Users(any_engine).named("anna").failures == 4  # type: ignore[union-attr]


def test_a_code_is_taken_once_even_by_two_at_once(any_engine: Engine, anna: Any) -> None:
    door, device = proving(any_engine), pyotp.TOTP(pyotp.random_base32())
    Users(any_engine).set_totp(anna.id, door.sealed(device.secret), None)
    row, code = Users(any_engine).get(anna.id), device.at(NOW)
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: door.takes(row, code, NOW), range(8)))
    assert sum(taken) == 1
    earlier, later = (device.at(NOW + timedelta(seconds=seconds)) for seconds in (-30, 30))
    assert not door.takes(row, earlier, NOW) and door.takes(row, later, NOW)
    other = Proving(any_engine, "another secret of the server", Audit(any_engine, SECRET))
    assert not other.takes(row, device.at(NOW + timedelta(seconds=60)), NOW + timedelta(seconds=60))


def test_codes_hold_a_step_before_and_after(any_engine: Engine) -> None:
    device = pyotp.TOTP(pyotp.random_base32())
    fits = [
        matching_step(device.secret, device.at(NOW + timedelta(seconds=30 * step)), NOW) is not None
        for step in range(-3, 4)
    ]
    assert fits == [False, False, True, True, True, False, False]


@pytest.mark.parametrize("sealed", ["", "x", "gAAAA", "é\ud800"])
def test_a_vault_opens_what_it_closed_alone(sealed: str) -> None:
    vault = Vault(SECRET, "totp")
    assert vault.open(vault.close("ABC")) == "ABC" and vault.close("ABC") != vault.close("ABC")
    assert vault.open(sealed) is None
    assert Vault(SECRET, "other").open(vault.close("ABC")) is None
    assert Vault("another", "totp").open(vault.close("ABC")) is None
    assert vault.open(vault.close("ABC"), -1) is None


def test_a_link_holds_for_48_hours_and_once(any_engine: Engine, anna: Any) -> None:
    users = Users(any_engine)
    first = users.invite(anna.id, NOW)
    code = users.invite(anna.id, NOW)
    late = NOW + timedelta(hours=48)
    assert users.invited(first, NOW) is None and users.invited("", NOW) is None
    assert users.invited(code, late - timedelta(seconds=1)) is not None and users.invited(code, late) is None
    assert not users.accept(code, PASSWORD, late)
    with ThreadPoolExecutor(4) as threads:
        accepted = list(threads.map(lambda _: users.accept(code, PASSWORD, NOW), range(4)))
    assert sum(accepted) == 1
    users.disable(anna.id, NOW)
    assert users.invited(users.invite(anna.id, NOW), NOW) is None


def test_sessions_end_with_password_role_and_state(any_engine: Engine, anna: Any) -> None:
    users, sessions = Users(any_engine), Sessions(any_engine)
    for change in (
        lambda: users.set_password(anna.id, PASSWORD),
        lambda: users.set_role(anna.id, "auditor"),
        lambda: users.disable(anna.id, NOW),
        lambda: users.enable(anna.id),
        lambda: users.accept(users.invite(anna.id, NOW), PASSWORD, NOW),
    ):
        users.enable(anna.id)
        token = sessions.open(anna.id, NOW)
        assert sessions.find(token, NOW) is not None
        change()
        assert sessions.find(token, NOW) is None
    users.disable(anna.id, NOW)
    assert sessions.find(sessions.open(anna.id, NOW), NOW) is None


def test_a_session_lasts_half_an_hour_unused_and_twelve_at_most(any_engine: Engine, anna: Any) -> None:
    sessions, at = Sessions(any_engine), NOW
    token, idle = sessions.open(anna.id, NOW), sessions.open(anna.id, NOW)
    assert sessions.find(idle, NOW + timedelta(minutes=30)) is None
    while at < NOW + timedelta(hours=12):
        assert sessions.find(token, at).name == "anna"  # type: ignore[union-attr]
        at += timedelta(minutes=29)
    assert sessions.find(token, NOW + timedelta(hours=12)) is None
    sessions.open(anna.id, NOW + timedelta(hours=13))
    assert len(sessions.of(anna.id, NOW)) == 1


def test_a_subject_is_bound_at_first_and_then_counts_alone(any_engine: Engine, anna: Any) -> None:
    users = Users(any_engine)
    users.add("bert", "Bert", "lead", NOW)
    assert users.of_subject("1", []) is None and users.of_subject("1", ["nobody"]) is None
    assert users.of_subject("1", ["nobody", "ANNA"]).name == "anna"  # type: ignore[union-attr]
    assert users.of_subject("2", ["anna"]) is None
    assert users.of_subject("1", ["bert"]).name == "anna"  # type: ignore[union-attr]
    users.disable(anna.id, NOW)
    assert users.of_subject("1", ["bert"]) is None


@pytest.mark.parametrize("name", ["a", "anna.b@clinic-1.example", "x" * 64, "A_B+c"])
def test_names(name: str) -> None:
    assert not name_fault(name)


@pytest.mark.parametrize("name", ["", " ", "a b", ".a", "a.", "x" * 65, "é", "(nobody)", "a\n", "a/b", "\0"])
def test_what_is_no_name(name: str) -> None:
    assert name_fault(name)
