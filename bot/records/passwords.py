"""Passwords as they are kept: Argon2id, and nothing of the password itself."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
# Beyond this a password is no harder to guess, only slower to hash.
LONGEST = 1_000

# RFC 9106's second choice: 64 MiB, three passes.
hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_decoys: dict[PasswordHasher, str] = {}


def hashed(password: str) -> str:
    """The hash of a password, with its salt and its cost in it."""
    return str(hasher.hash(_same(password)))


def right(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept. Where none is kept it takes as long to say no."""
    decoy = _decoys.get(hasher)
    if decoy is None:
        decoy = _decoys[hasher] = str(hasher.hash("nobody knows this"))
    try:
        return bool(hasher.verify(kept or decoy, _same(password))) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with another cost than today's."""
    return bool(hasher.check_needs_rehash(kept))


def fault(password: str, name: str) -> str | None:
    """What is wrong with a new password: "short", "long" or "name"; None where it will do."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "name" if _same(password).casefold() == name.casefold() else None


def _same(password: str) -> str:
    # Keyboards differ in how they spell an accent; half surrogates, which no keyboard makes, have no bytes.
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode("utf-8"))
