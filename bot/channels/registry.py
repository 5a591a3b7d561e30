"""Which platforms there are, and which of them have all their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bot.channels.base import Channel

PLATFORMS = {
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "slack": "Slack",
    "line": "Line",
    "twilio": "Twilio",
}
"""Module and class of each, by name. They are imported when they are used: some bring a platform's own library."""


@dataclass(frozen=True)
class Off:
    """A platform that has some of its keys and lacks others, by the names of the settings."""

    name: str
    title: str
    missing: tuple[str, ...]


def platform(name: str) -> type[Channel]:
    """The class of a platform. Raises KeyError where there is none of this name."""
    found: type[Channel] = getattr(import_module(f"bot.channels.{name}"), PLATFORMS[name])
    return found


def open_channels(settings: Any, words: Mapping[str, str]) -> tuple[dict[str, Channel], list[Off]]:
    """The platforms that have all they need, by name, and those that were meant to be on and are not: without a secret
    there is no webhook, and never one that is not checked. `words` are those that a platform itself shows."""
    on, off = {}, []
    for name in PLATFORMS:
        keys = settings.channels.get(name) or {}
        if not keys:
            continue
        made = platform(name)
        if missing := lacking(made, settings):
            off.append(Off(name, made.title, missing))
            continue
        on[name] = made(keys, settings.public_url)
        on[name].words = words
    return on, off


def lacking(made: type[Channel], settings: Any) -> tuple[str, ...]:
    """The settings that a platform still needs."""
    keys = settings.channels.get(made.name) or {}
    lacks = [f"SIGNPOST_{made.name}_{key}".upper() for key in made.needs if not keys.get(key)]
    if made.signs_address and not settings.public_url:
        lacks.append("SIGNPOST_PUBLIC_URL")
    return tuple(lacks)
