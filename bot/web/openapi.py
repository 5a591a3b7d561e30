"""The chat API described in OpenAPI 3.1, written by hand. A test runs schemathesis against it: it must stay true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.dialogue.desk import LONGEST
from bot.web.body import CHOICE_LENGTH, CHOICES, ID_LENGTH

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_LEVELS = ["emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown"]
_KINDS = ["greeting", "question", "advice", "emergency", "notice", "failure"]
_CHOICE: Schema = {
    "type": "object",
    "required": ["label", "value"],
    "properties": {"label": _TEXT, "value": _TEXT},
}
_REASON: Schema = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": _TEXT, "rule": {"type": ["object", "null"]}, "sources": {"type": "array"}},
}
_ADVICE: Schema = {
    "type": "object",
    "description": "Fields may be added. What there is nothing to say about is left out, empty or null.",
    "required": ["level"],
    "properties": {
        "level": {"enum": _LEVELS},
        "headline": _TEXT,
        "reasons": {"type": "array", "items": _REASON},
        "answer": {
            "type": ["object", "null"],
            "description": "An archived reply, or why it is withheld. `others` may hold one that differs.",
        },
        "self_care": {"type": "array"},
        "safety_net": {"type": ["object", "null"]},
        "would_change": {"type": "array"},
        "report_url": {"type": ["string", "null"], "description": "The path of the report; its key expires."},
    },
}
_MESSAGE: Schema = {
    "type": "object",
    "required": ["id", "kind", "text"],
    "properties": {
        "id": _TEXT,
        "kind": {"enum": _KINDS},
        "text": {**_TEXT, "description": "The whole message as plain text. Never HTML."},
        "choices": {"type": "array", "items": {"$ref": "#/components/schemas/Choice"}},
        "several": {"type": "boolean", "description": "Whether more than one of the choices may be sent."},
        "advice": {"$ref": "#/components/schemas/Advice"},
    },
}
_SAID: Schema = {
    "type": "object",
    "required": ["from", "at"],
    "properties": {
        "from": {"enum": ["person", "bot"]},
        "at": {"type": "string", "format": "date-time"},
        "id": _TEXT,
        "text": {"type": ["string", "null"]},
        "choices": {"type": "array"},
    },
}
_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": ID_LENGTH,
    "description": "Made by the client, new for each message. Sent twice, it is answered once.",
}
_CONSENT: Schema = {"type": "boolean", "description": "Consent to storing what is written, noted with the message."}
_SEND: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": _ID,
        "text": {"type": "string", "minLength": 1, "pattern": r"\S"},
        "choices": {
            "type": "array",
            "minItems": 1,
            "maxItems": CHOICES,
            "items": {"type": "string", "minLength": 1, "maxLength": CHOICE_LENGTH},
        },
        "consent": _CONSENT,
    },
    "oneOf": [{"required": ["text"]}, {"required": ["choices"]}],
    "additionalProperties": False,
}
_OPEN: Schema = {
    "type": ["object", "null"],
    "properties": {"consent": _CONSENT},
    "additionalProperties": False,
}
_ARCHIVED: Schema = {
    "type": "object",
    "required": ["answers", "similar"],
    "properties": {
        "answers": {
            "type": "array",
            "description": "Each as the `answer` of an advice: an archived reply, or why the closest is withheld.",
            "items": {"type": "object", "required": ["shown", "heading", "text"]},
        },
        "similar": {
            "type": "array",
            "items": {"type": "object", "required": ["title", "question"], "properties": {"title": _TEXT}},
        },
        "message": {**_TEXT, "description": "In an emergency alone: whom to call. Nothing else is given then."},
    },
}
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": _TEXT, "message": _TEXT, "hint": _TEXT},
        }
    },
}
_RECEIPT: Schema = {
    "type": "object",
    "required": ["receipt"],
    "properties": {
        "receipt": {
            "type": "object",
            "required": ["conversation", "erased_at", "erased"],
            "properties": {
                "conversation": _TEXT,
                "erased_at": {"type": "string", "format": "date-time"},
                "erased": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        }
    },
}


def document() -> Schema:
    """The whole description, as JSON."""
    opened = {"type": "object", "required": ["token", "messages"], "properties": {"token": _TEXT, "messages": _list()}}
    replies = {"type": "object", "required": ["messages"], "properties": {"messages": _list()}}
    said = {"type": "object", "required": ["messages"], "properties": {"messages": {"type": "array", "items": _SAID}}}
    ready = {
        "type": "object",
        "required": ["ready", "checks"],
        "properties": {"ready": {"const": True}, "checks": {"type": "object", "additionalProperties": {"const": True}}},
    }
    words = {
        "type": "object",
        "required": ["language", "texts", "numbers", "demonstration"],
        "properties": {
            "texts": {"type": "object", "additionalProperties": _TEXT},
            "demonstration": {"type": "boolean"},
        },
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
                    "400 413 415 422 429",
                    _OPEN,
                    body_required=False,
                    token=False,
                ),
                "delete": _operation(
                    "eraseConversation", "Erase it", {"200": _json("Receipt", _RECEIPT)}, "401 410 503"
                ),
            },
            "/api/conversations/messages": {
                "post": _operation(
                    "say",
                    "Say something",
                    {"200": _json("Replies", replies)},
                    "400 401 403 410 413 415 422 429 503",
                    _SEND,
                ),
                "get": _operation("readHistory", "Read both sides", {"200": _json("History", said)}, "401 410 503"),
            },
            "/api/archive/search": _search(
                _operation(
                    "searchArchive",
                    "Archived questions like a text, behind the gate of the conversation's last decision",
                    {"200": _json("Found", _ARCHIVED)},
                    "401 410 422 429 503",
                )
            ),
            "/api/texts": {
                "get": _operation("readTexts", "The widget's words", {"200": _json("Words", words)}, "", token=False)
            },
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
            "schemas": {"Choice": _CHOICE, "Advice": _ADVICE, "Message": _MESSAGE, "Error": _ERROR},
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


def _search(operation: Schema) -> Schema:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"}
    operation["parameters"] = [{"name": "text", "in": "query", "required": True, "schema": schema}]
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


def _plain() -> Schema:
    return {"description": "Counters", "content": {"text/plain": {"schema": {"type": "string"}}}}


def _list() -> Schema:
    return {"type": "array", "items": {"$ref": "#/components/schemas/Message"}}
