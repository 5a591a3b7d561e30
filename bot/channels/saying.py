"""A reply of the bot, or a letter of a clinician, as it is said on a platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Callable

from bot.channels.base import Channel, Say
from bot.report.reply import Choice

Texts = Callable[..., str]
"""The words of knowledge/messages/en/channels.yml by key."""
EMERGENCY, CLINICIAN = "emergency", "clinician"


def say(reply: Mapping[str, Any], channel: Channel, texts: Texts) -> Say:
    """A message of the chat API as a platform says it: with how to answer where there is something to choose, and
    with who writes where it is a clinician."""
    choices = tuple(Choice(each["label"], each["value"]) for each in reply.get("choices") or ())
    text, several = str(reply.get("text") or ""), bool(reply.get("several"))
    if reply.get("kind") == CLINICIAN:
        text = texts("letter", by=reply.get("by") or texts("clinic"), text=text)
    said = Say(str(reply.get("id") or ""), text, choices, several, urgent=is_urgent(reply))
    if not choices:
        return said
    way = "numbers" if channel.numbered(said) else "choices"
    return replace(said, text=f"{text}\n\n{texts(f'how.several_{way}' if several else f'how.{way}')}".strip())


def is_urgent(reply: Mapping[str, Any]) -> bool:
    """Whether a reply leads with an emergency."""
    return reply.get("kind") == EMERGENCY or (reply.get("advice") or {}).get("level") == EMERGENCY


def offered(replies: list[dict[str, Any]], channel: Channel, texts: Texts) -> dict[str, Any] | None:
    """The choices of the newest reply that has any, as they are remembered; None where none has."""
    for reply in reversed(replies):
        if reply.get("choices"):
            said = say(reply, channel, texts)
            pairs = [[each.label, each.value] for each in said.choices]
            return {
                "id": said.id,
                "numbered": channel.numbered(said),
                "several": bool(reply.get("several")),
                "choices": pairs,
            }
    return None
