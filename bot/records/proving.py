"""Proving who one is: name, password and one-time code, with a lock that grows while they are wrong.

Nothing in the answer, nor in the time that it takes, tells whether there is an account of a name.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records import passwords
from bot.records.audit import NOBODY, Audit
from bot.records.database import writing
from bot.records.models import users
from bot.records.users import Users
from bot.records.vault import Vault

FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
STEP = 30
# Names without an account whose wrong tries are remembered.
STRANGERS = 10_000
UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class Proof:
    """What came of trying: `user` is who it is, or None; `wait` the seconds of a lock."""

    user: Row | None = None
    wait: int = 0


class Proving:
    """Checks names, passwords and codes of one database."""

    def __init__(self, engine: Engine, secret: str, audit: Audit) -> None:
        self._engine, self._audit = engine, audit
        self._users = Users(engine)
        self._vault = Vault(secret, "totp")
        self._strangers: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()
        self._lock = threading.Lock()

    def prove(self, name: str, password: str, code: str, at: datetime) -> Proof:
        """Whether name, password and, where it is set up, the one-time code are right; what was wrong is in the log.

        The password is hashed whatever happens, also while a lock holds, when even the right one is refused.
        """
        row = self._users.named(name)
        good = passwords.right(row.password if row else None, password)
        if row is None or row.disabled_at is not None:
            return self._refuse(None, self._stranger(name, at), at)
        if row.locked_until is not None and row.locked_until > at:
            return self._refuse(row, row.locked_until, at)
        if good and (row.totp is None or self.takes(row, code, at)):
            self._welcome(row, password)
            return Proof(row)
        return self._refuse(row, None, at, count=True)

    def takes(self, row: Row, code: str, at: datetime) -> bool:
        """Uses up a one-time code of a user who has them set up; False where it is wrong or was used already."""
        secret = self._vault.open(row.totp or "")
        step = matching_step(secret, code, at) if secret else None
        return step is not None and self._users.take_step(row.id, step)

    def sealed(self, secret: str) -> str:
        """The secret of one-time codes as the database keeps it."""
        return self._vault.close(secret)

    def _welcome(self, row: Row, password: str) -> None:
        again: dict[str, Any] = {"password": passwords.hashed(password)} if passwords.outdated(row.password) else {}
        if row.failures or row.locked_until or again:
            with writing(self._engine) as connection:
                values = {"failures": 0, "locked_until": None, **again}
                connection.execute(update(users).where(users.c.id == row.id).values(**values))

    def _refuse(self, row: Row | None, until: datetime | None, at: datetime, count: bool = False) -> Proof:
        """Counts a wrong try and logs it, in one transaction whether there is an account or not."""
        # What was typed for a name without an account is not logged: it may well be a password.
        who = row.name if row is not None else UNKNOWN
        with writing(self._engine) as connection:
            if row is not None and count:
                until = _count(connection, row.id, at)
            wait = _seconds(until - at) if until and until > at else 0
            self._audit.append(connection, NOBODY, "sign_in_refused", who, wait=wait)
            if row is not None and count and wait:
                self._audit.append(connection, NOBODY, "locked", who, seconds=wait)
        return Proof(None, wait)

    def _stranger(self, name: str, at: datetime) -> datetime | None:
        """The same counting for a name without an account; until when it is locked."""
        with self._lock:
            failures, until = self._strangers.pop(name.lower(), (0, None))
            if until is None or until <= at:
                failures += 1
                until = _locked(failures, at)
            self._strangers[name.lower()] = (failures, until)
            while len(self._strangers) > STRANGERS:
                self._strangers.popitem(last=False)
        return until


def _count(connection: Connection, user_id: int, at: datetime) -> datetime | None:
    """Counts a wrong try at an account; until when it is locked for it."""
    # Counted in the database: two tries at once are two.
    here = users.c.id == user_id
    connection.execute(update(users).where(here, users.c.failures < 1_000).values(failures=users.c.failures + 1))
    until = _locked(connection.execute(select(users.c.failures).where(here)).scalar() or 0, at)
    if until:
        connection.execute(update(users).where(here).values(locked_until=until))
    return until


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The step whose code this is: now, the one before or the one after, for clocks that differ."""
    digits = "".join(code.split())
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    now = int(at.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    steps = [step for step in (now - 1, now, now + 1) if pyotp.utils.strings_equal(totp.generate_otp(step), digits)]
    return steps[-1] if steps else None


def new_secret() -> str:
    """The secret of one-time codes for somebody's device."""
    return pyotp.random_base32()


def device_address(secret: str, name: str) -> str:
    """The otpauth: address that a device takes the secret from."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Signpost")


def _locked(failures: int, at: datetime) -> datetime | None:
    if failures < FREE_TRIES:
        return None
    return at + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(failures - FREE_TRIES, 16))


def _seconds(left: timedelta) -> int:
    return max(1, int(left.total_seconds() + 0.999))
