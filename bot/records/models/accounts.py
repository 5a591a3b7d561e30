"""The tables of who may use the console, and of what they did there."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from bot.records.models.columns import UtcDateTime, metadata

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    # What is typed at the door, in small letters; and what others read.
    Column("name", String(64), nullable=False, unique=True),
    Column("display", String(120), nullable=False),
    Column("role", String(32), nullable=False),
    # Argon2id; none until the one-time link was used, and for who comes in by OIDC alone.
    Column("password", Text),
    # The secret of the one-time codes, sealed with the server's own; and the newest step that was used.
    Column("totp", Text),
    Column("totp_step", Integer),
    Column("oidc_subject", String(255), unique=True),
    # SHA-256 of the code in the one-time link.
    Column("invite", String(64), unique=True),
    Column("invite_until", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

user_sessions = Table(
    "user_sessions",
    metadata,
    # SHA-256 of the cookie's token: who reads the table cannot come in with it.
    Column("id", String(64), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
)

# Appended to and never changed. A conversation is named by a digest of its id, so that erasing one leaves the chain
# whole.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("actor", String(64), nullable=False, index=True),
    Column("action", String(64), nullable=False, index=True),
    Column("object", String(160), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    # The hash of the line before, and of this one with it.
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
