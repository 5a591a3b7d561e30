"""Reading what was sent: JSON of bounded size, and the fields that each route takes, with faults named one by one."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Mapping, NoReturn, Optional

from starlette.requests import Request

from bot.web.errors import Refusal
from bot.web.limits import BODY_BYTES, BODY_SECONDS
from bot.web.texts import Texts

ID_LENGTH = 128
CHOICES = 50
CHOICE_LENGTH = 200
COMMENT_LENGTH = 2_000
_MESSAGE_FIELDS = {"id", "text", "choices", "consent"}
_OPENING_FIELDS = {"consent"}
_FEEDBACK_FIELDS = {"message", "helpful", "comment"}


@dataclass(frozen=True)
class Inbound:
    """A message as it was sent. `fault` is why it cannot be taken as it is; a text that could be read is kept even
    then, so that an emergency in it is answered."""

    id: str
    text: Optional[str]
    choices: Optional[list[str]]
    consent: bool
    fault: Optional[str] = None


@dataclass(frozen=True)
class Judgement:
    """What a person says of a reply: whether it helped, and why."""

    reply_id: str
    helpful: bool
    comment: Optional[str]


async def read_json(request: Request, texts: Texts) -> Any:
    """The body as JSON; None if it is empty. Raises Refusal: too_large, too_slow, wrong_media_type or bad_json."""
    raw = bytearray()
    try:
        await asyncio.wait_for(_receive(request, raw), BODY_SECONDS)
    except asyncio.TimeoutError as error:
        raise Refusal("too_slow", seconds=BODY_SECONDS) from error
    if not raw:
        return None
    given = request.headers.get("content-type", "")
    if given.split(";")[0].strip().lower() != "application/json":
        raise Refusal("wrong_media_type", given=given[:100] or "no Content-Type")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Refusal("bad_json", detail=texts("details.not_utf8")) from error
    except RecursionError as error:
        raise Refusal("bad_json", detail=texts("details.too_deep")) from error
    except json.JSONDecodeError as error:
        raise Refusal("bad_json", detail=texts("details.not_json", line=error.lineno, column=error.colno)) from error


async def _receive(request: Request, raw: bytearray) -> None:
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_BYTES:
            raise Refusal("too_large", limit=f"{BODY_BYTES:,}")


def opening(data: Any, texts: Texts) -> bool:
    """Whether the body of `POST /api/conversations` gives consent. Raises Refusal bad_message."""
    if data is None:
        return False
    if not isinstance(data, dict):
        raise Refusal("bad_message", detail=texts("details.not_an_object", given=_kind(data)))
    fault = _unknown_field(data, _OPENING_FIELDS, texts) or _consent_fault(data, texts)
    if fault:
        raise Refusal("bad_message", detail=fault)
    return bool(data.get("consent"))


def inbound(data: Any, texts: Texts) -> Inbound:
    """The body of `POST /api/conversations/messages`. Raises Refusal bad_message if no text can be screened."""
    if not isinstance(data, dict):
        given = "nothing" if data is None else _kind(data)
        raise Refusal("bad_message", detail=texts("details.not_an_object", given=given))
    text = clean(data["text"]) if isinstance(data.get("text"), str) else None
    fault = _message_fault(data, texts)
    if fault and not text:
        raise Refusal("bad_message", detail=fault)
    if fault:
        return Inbound("", text, None, False, fault)
    choices = [clean(value) for value in data["choices"]] if data.get("choices") is not None else None
    return Inbound(clean(data["id"]), text, choices, bool(data.get("consent")))


def judgement(data: Any, texts: Texts) -> Judgement:
    """The body of `POST /api/conversations/feedback`. Raises Refusal bad_feedback."""
    if not isinstance(data, dict):
        given = "nothing" if data is None else _kind(data)
        raise Refusal("bad_feedback", detail=texts("details.not_an_object", given=given))
    fault = _judgement_fault(data, texts)
    if fault:
        raise Refusal("bad_feedback", detail=fault)
    comment = clean(data["comment"]).strip() if data.get("comment") else ""
    return Judgement(clean(data["message"]), data["helpful"], comment or None)


def clean(text: str) -> str:
    """The text without what no database can hold: half surrogates and NUL become the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def _message_fault(data: Mapping[str, Any], texts: Texts) -> Optional[str]:
    text, choices, message_id = data.get("text"), data.get("choices"), data.get("id")
    if not isinstance(message_id, str) or not 0 < len(message_id) <= ID_LENGTH:
        return texts("details.no_id", limit=ID_LENGTH)
    if text is None and choices is None:
        return texts("details.no_content")
    if text is not None and choices is not None:
        return texts("details.both")
    if text is not None and not isinstance(text, str):
        return texts("details.text_not_text")
    if choices is not None and not _are_choices(choices):
        return texts("details.choices_not_list", limit=CHOICES)
    if text is not None and not text.strip():
        return texts("details.empty")
    return _consent_fault(data, texts) or _unknown_field(data, _MESSAGE_FIELDS, texts)


def _judgement_fault(data: Mapping[str, Any], texts: Texts) -> Optional[str]:
    message, comment = data.get("message"), data.get("comment")
    if not isinstance(message, str) or not 0 < len(message) <= ID_LENGTH:
        return texts("details.no_reply", limit=ID_LENGTH)
    if not isinstance(data.get("helpful"), bool):
        return texts("details.helpful_not_bool")
    if comment is not None and (not isinstance(comment, str) or len(comment) > COMMENT_LENGTH):
        return texts("details.comment_too_long", limit=COMMENT_LENGTH)
    return _unknown_field(data, _FEEDBACK_FIELDS, texts)


def _are_choices(choices: Any) -> bool:
    return (
        isinstance(choices, list)
        and 0 < len(choices) <= CHOICES
        and all(isinstance(value, str) and 0 < len(value) <= CHOICE_LENGTH for value in choices)
    )


def _consent_fault(data: Mapping[str, Any], texts: Texts) -> Optional[str]:
    return None if isinstance(data.get("consent", False), bool) else texts("details.consent_not_bool")


def _unknown_field(data: Mapping[str, Any], known: set[str], texts: Texts) -> Optional[str]:
    for field in data:
        if field not in known:
            return texts("details.unknown_field", field=clean(field)[:60])
    return None


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", type(None): "null"}
    return names.get(type(value), "something else")


def _integer(digits: str) -> float:
    """A whole number; no field takes one, and one of thousands of digits would take seconds to read."""
    return float(digits[:300])


def _no_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)
