"""What goes in and out of the chat API, as JSON Schemas for its description (`bot.web.openapi`)."""

from __future__ import annotations

from typing import Any

from bot.dialogue.desk import LONGEST
from bot.web.body import CHOICE_LENGTH, CHOICES, COMMENT_LENGTH, ID_LENGTH

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
LEVELS = ["emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown"]
KINDS = ["greeting", "question", "advice", "emergency", "notice", "failure"]
CHOICE: Schema = {
    "type": "object",
    "required": ["label", "value"],
    "properties": {"label": TEXT, "value": TEXT},
}
CORRECTION: Schema = {
    "type": "object",
    "required": ["label", "value"],
    "properties": {"label": TEXT, "short": TEXT, "value": TEXT, "remove": {"type": "boolean"}},
}
UNDERSTOOD: Schema = {
    "type": "array",
    "description": "What was understood, each part with the choices that put it right; `remove` says it is not so.",
    "items": {
        "type": "object",
        "required": ["text"],
        "properties": {"text": TEXT, "corrections": {"type": "array", "items": CORRECTION}},
    },
}
REASON: Schema = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": TEXT, "rule": {"type": ["object", "null"]}, "sources": {"type": "array"}},
}
ADVICE: Schema = {
    "type": "object",
    "description": "Fields may be added. What there is nothing to say about is left out, empty or null.",
    "required": ["level"],
    "properties": {
        "level": {"enum": LEVELS},
        "headline": TEXT,
        "reasons": {"type": "array", "items": REASON},
        "answer": {
            "type": ["object", "null"],
            "description": "An archived reply, or why it is withheld. `others` may hold one that differs.",
        },
        "understood": UNDERSTOOD,
        "self_care": {"type": "array"},
        "safety_net": {"type": ["object", "null"]},
        "would_change": {"type": "array"},
        "report_url": {"type": ["string", "null"], "description": "The path of the report; its key expires."},
    },
}
MESSAGE: Schema = {
    "type": "object",
    "required": ["id", "kind", "text"],
    "properties": {
        "id": TEXT,
        "kind": {"enum": KINDS},
        "text": {**TEXT, "description": "The whole message as plain text. Never HTML."},
        "choices": {"type": "array", "items": {"$ref": "#/components/schemas/Choice"}},
        "several": {"type": "boolean", "description": "Whether more than one of the choices may be sent."},
        "understood": UNDERSTOOD,
        "advice": {"$ref": "#/components/schemas/Advice"},
    },
}
SAID: Schema = {
    "type": "object",
    "required": ["from", "at"],
    "properties": {
        "from": {"enum": ["person", "bot", "clinician"]},
        "at": {"type": "string", "format": "date-time"},
        "id": TEXT,
        "text": {"type": ["string", "null"]},
        "choices": {"type": "array"},
        "by": {**TEXT, "description": "Of a clinician: who writes, with what they are."},
        "held": {"type": "boolean", "description": "Of a clinician: whether they answer what is written back."},
        "feedback": {
            "type": "object",
            "required": ["helpful"],
            "properties": {"helpful": {"type": "boolean"}, "comment": TEXT},
        },
    },
}
ID: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": ID_LENGTH,
    "description": "Made by the client, new for each message. Sent twice, it is answered once.",
}
CONSENT: Schema = {"type": "boolean", "description": "Consent to storing what is written, noted with the message."}
SEND: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": ID,
        "text": {"type": "string", "minLength": 1, "pattern": r"\S"},
        "choices": {
            "type": "array",
            "minItems": 1,
            "maxItems": CHOICES,
            "items": {"type": "string", "minLength": 1, "maxLength": CHOICE_LENGTH},
        },
        "consent": CONSENT,
    },
    "oneOf": [{"required": ["text"]}, {"required": ["choices"]}],
    "additionalProperties": False,
}
JUDGE: Schema = {
    "type": "object",
    "required": ["message", "helpful"],
    "properties": {
        "message": {**ID, "description": "The id of a reply."},
        "helpful": {"type": "boolean"},
        "comment": {"type": ["string", "null"], "maxLength": COMMENT_LENGTH},
    },
    "additionalProperties": False,
}
JUDGED: Schema = {
    "type": "object",
    "required": ["message", "helpful"],
    "properties": {"message": TEXT, "helpful": {"type": "boolean"}},
}
WORDS: Schema = {
    "type": "object",
    "required": ["language", "direction", "languages", "texts", "numbers", "demonstration", "allowed"],
    "properties": {
        "language": {**TEXT, "description": "The tag of the language that was found nearest to the one asked for."},
        "name": TEXT,
        "direction": {"enum": ["ltr", "rtl"]},
        "languages": {"type": "array", "items": {"type": "object", "required": ["tag", "name", "direction"]}},
        "texts": {"type": "object", "additionalProperties": TEXT},
        "numbers": {"type": "object", "required": ["emergency_number", "urgent_number"]},
        "demonstration": {"type": "boolean"},
        "allowed": {"type": "boolean", "description": "Whether the page that asks may use the rest of the API."},
    },
}
OPEN: Schema = {
    "type": ["object", "null"],
    "properties": {"consent": CONSENT},
    "additionalProperties": False,
}
LOOK_UP: Schema = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"\S"}},
    "additionalProperties": False,
}
ARCHIVED: Schema = {
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
            "items": {"type": "object", "required": ["title", "question"], "properties": {"title": TEXT}},
        },
        "message": {**TEXT, "description": "In an emergency alone: whom to call. Nothing else is given then."},
    },
}
ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": TEXT, "message": TEXT, "hint": TEXT},
        }
    },
}
RECEIPT: Schema = {
    "type": "object",
    "required": ["receipt"],
    "properties": {
        "receipt": {
            "type": "object",
            "required": ["conversation", "erased_at", "erased"],
            "properties": {
                "conversation": TEXT,
                "erased_at": {"type": "string", "format": "date-time"},
                "erased": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        }
    },
}
