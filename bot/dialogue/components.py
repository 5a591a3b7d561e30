"""Components of Rasa's pipeline: thin wrappers of `bot.nlu`. They learn nothing, so nothing of them is in the model."""

from __future__ import annotations

from datetime import date
from typing import Any, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from actions import services
from actions.payload import is_offered, without_slash
from actions.restart import only_asks
from bot.nlu.reading import Reading

INFORM = "inform"
READING = "reading"
# Wishes that stand whatever was read in them, where they have no other words than the examples of their intent:
# "forget everything" is not about anybody's memory, nor "change my answer" about anybody's character.
WISHES = frozenset({"back", "forget_me"})
# A stretch of time alone makes no complaint of these: "have a good day", "will it rain today".
TIMELESS = frozenset({"goodbye", "out_of_scope"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class FindingExtractor(GraphComponent):
    """Reads the message with `bot.nlu`: the reading as JSON, the findings as entities, and `inform` as the intent.

    The classifiers know the look of a message, not the lexicon: whatever they thought, a message in which a finding
    or a stretch of time was read is `inform`. Only a plain wish stays one; and no time alone makes
    a complaint of a farewell, or of what has nothing to do with health.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FindingExtractor:
        """The component; the reader is the process's, not the model's."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> Optional[str]:
        """The version of the knowledge: `rasa train` does not reuse what it cached with another lexicon."""
        return services.current().knowledge.version

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what was read to each message."""
        for message in messages:
            text = message.get(TEXT)
            if text and not is_offered(text):
                self._read(message, text)
        return messages

    def _read(self, message: Message, text: str) -> None:
        as_of = (message.get("metadata") or {}).get("as_of")
        reading = services.current().read(text, date.fromisoformat(as_of) if as_of else date.today())
        message.set(READING, reading.to_json(), add_to_output=True)
        message.set(ENTITIES, message.get(ENTITIES, []) + entities(reading), add_to_output=True)
        if _informs(reading, (message.get(INTENT) or {}).get("name")):
            message.set(INTENT, {"name": INFORM, "confidence": 1.0}, add_to_output=True)


def _informs(reading: Reading, intent: Optional[str]) -> bool:
    if reading.mentions:
        return not (intent in WISHES and only_asks(reading.text, intent))
    return bool(reading.durations) and intent not in TIMELESS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PayloadGuard(GraphComponent):
    """Takes the "/" from the start of a message unless it is a payload that we offer.

    Rasa's own last step believes any message that starts with "/" to be a payload, and replaces what the pipeline
    read: anybody could type one. Our door takes the "/" off already; this is for `rasa run` and `rasa shell`.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PayloadGuard:
        """The component; it has nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Changes the text that Rasa's last step looks at; the tracker keeps the text as it was typed."""
        for message in messages:
            text = message.get(TEXT)
            if text and not is_offered(text):
                message.set(TEXT, without_slash(text))
        return messages


def entities(reading: Reading) -> list[dict[str, Any]]:
    """The findings of a reading as Rasa's entities."""
    return [
        {
            "entity": "finding",
            "value": mention.finding,
            "start": mention.start,
            "end": mention.end,
            "status": mention.status,
            "extractor": FindingExtractor.__name__,
        }
        for mention in reading.mentions
    ]
