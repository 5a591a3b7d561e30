"""The chat API described in OpenAPI 3.1, written by hand. A test runs schemathesis against it: it must stay true."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue.desk import LONGEST
from bot.web.chat import LONGEST_STREAM
from bot.web.schemas import (
    ADVICE,
    ARCHIVED,
    CHOICE,
    ERROR,
    JUDGE,
    JUDGED,
    LOOK_UP,
    MESSAGE,
    OPEN,
    RECEIPT,
    SAID,
    SEND,
    TEXT,
    WORDS,
    Schema,
)


def document() -> Schema:
    """The whole description, as JSON."""
    opened = {"type": "object", "required": ["token", "messages"], "properties": {"token": TEXT, "messages": _list()}}
    replies = {"type": "object", "required": ["messages"], "properties": {"messages": _list()}}
    said = {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array", "items": SAID}}}
    ready = {
        "type": "object",
        "required": ["ready", "checks"],
        "properties": {"ready": {"const": True}, "checks": {"type": "object", "additionalProperties": {"const": True}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Signpost",
            "version": "1",
            "description": "Symptom triage by conversation. Every refusal carries the number to call in an emergency.",
        },
        "paths": {
            "/api/conversations": {
                "post": _operation(
                    "openConversation",
                    "Begin a conversation",
                    {"201": _json("Begun", opened)},
                    "400 403 408 413 415 422 429",
                    OPEN,
                    body_required=False,
                    token=False,
                ),
                "delete": _operation(
                    "eraseConversation", "Erase it", {"200": _json("Receipt", RECEIPT)}, "401 403 410 503"
                ),
            },
            "/api/conversations/messages": {
                "post": _operation(
                    "say",
                    "Say something",
                    {"200": _json("Replies", replies)},
                    "400 401 403 408 410 413 415 422 429 503",
                    SEND,
                ),
                "get": _operation("readHistory", "Read both sides", {"200": _json("History", said)}, "401 403 410 503"),
            },
            "/api/conversations/events": _with_query(
                _operation("hear", "What happens from now on", {"200": _stream()}, "401 403 410 422 429"),
                "seconds",
                {"type": "integer", "minimum": 0, "maximum": LONGEST_STREAM},
                "How long the stream lasts; it is meant to be opened again.",
            ),
            "/api/conversations/feedback": {
                "post": _operation(
                    "judge",
                    "Whether a reply helped",
                    {"200": _json("Kept", JUDGED)},
                    "400 401 403 404 408 410 413 415 422 429 503",
                    JUDGE,
                ),
            },
            "/api/archive/search": _with_query(
                _operation(
                    "searchArchive",
                    "Archived questions like a text, behind the gate of the conversation's last decision",
                    {"200": _json("Found", ARCHIVED)},
                    "401 403 410 422 429 503",
                ),
                "text",
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"},
                "The words to look for.",
                required=True,
            )
            | {
                "post": _operation(
                    "searchArchiveQuietly",
                    "The same with the words in the body, so that no log of addresses holds them",
                    {"200": _json("Found", ARCHIVED)},
                    "400 401 403 408 410 413 415 422 429 503",
                    LOOK_UP,
                )
            },
            "/api/texts": _with_query(
                _operation("readTexts", "The widget's words", {"200": _json("Words", WORDS)}, "", token=False),
                "language",
                TEXT,
                "A BCP 47 tag; the nearest language that there is, else English, is given.",
            ),
            "/reports/{key}": _report(
                _operation("readReport", "The report as a page", {"200": _html("Report")}, "", token=False), _html
            ),
            "/reports/{key}/fhir": _report(
                _operation("readBundle", "The report as FHIR R4", {"200": _fhir()}, "", token=False), _refused
            ),
            "/livez": {
                "get": _operation("livez", "Is it alive?", {"200": _json("Yes", {"type": "object"})}, "", token=False)
            },
            "/readyz": {"get": _operation("readyz", "Is it ready?", {"200": _json("Yes", ready)}, "503", token=False)},
            "/metrics": {"get": _operation("metrics", "Counters for Prometheus", {"200": _plain()}, "", token=False)},
        },
        "components": {
            "schemas": {"Choice": CHOICE, "Advice": ADVICE, "Message": MESSAGE, "Error": ERROR},
            "securitySchemes": {"conversation": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    name: str,
    summary: str,
    answers: Schema,
    errors: str,
    body: Schema | None = None,
    *,
    body_required: bool = True,
    token: bool = True,
) -> Schema:
    refused = _refused("Refused")
    operation: Schema = {
        "operationId": name,
        "summary": summary,
        "responses": {**answers, **{status: refused for status in errors.split()}, "500": refused},
    }
    if body is not None:
        operation["requestBody"] = {"required": body_required, "content": {"application/json": {"schema": body}}}
    if token:
        operation["security"] = [{"conversation": []}]
    return operation


def _with_query(operation: Schema, name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    """A path that is only read, with one parameter in its query."""
    parameter = {"name": name, "in": "query", "required": required, "schema": schema, "description": description}
    operation["parameters"] = [parameter]
    return {"get": operation}


def _report(operation: Schema, refused: Callable[[str], Schema]) -> Schema:
    """The path of a report, with its key and its refusals: a page for people, our own shape for programs."""
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}}
    also = {**_refused("Refused"), "content": {**refused("")["content"], **_refused("")["content"]}}
    operation["responses"] |= {"404": also, "410": refused("Expired or deleted"), "503": refused("Not just now")}
    return {"parameters": [key], "get": operation}


def _refused(description: str) -> Schema:
    return _json(description, {"$ref": "#/components/schemas/Error"})


def _html(description: str) -> Schema:
    return {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}


def _fhir() -> Schema:
    schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": "Bundle"}}}
    return {"description": "A Bundle", "content": {"application/fhir+json": {"schema": schema}}}


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _stream() -> Schema:
    text = "Server-sent events: typing {on}, message (as in the history), feedback {message, helpful}, erased {}."
    return {"description": text, "content": {"text/event-stream": {"schema": {"type": "string"}}}}


def _plain() -> Schema:
    return {"description": "Counters", "content": {"text/plain": {"schema": {"type": "string"}}}}


def _list() -> Schema:
    return {"type": "array", "items": {"$ref": "#/components/schemas/Message"}}
