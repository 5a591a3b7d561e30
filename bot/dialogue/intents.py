"""The intent of a message: a linear classifier over words, letters and the patterns of data/intent_patterns.yml.

It takes the place of Rasa's featurizers and LogisticRegressionClassifier, and needs neither a tokenizer nor TensorFlow:
docs/adr/0008-light-intents.md says why, docs/evaluation/intents.md what it was measured at.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Optional

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from bot.dialogue.intent_features import Features

ROOT = Path(__file__).resolve().parents[2]
# Margins of the classifier times this, through a softmax, are probabilities that come true about as often as they say.
SHARPNESS = 4.5


class ModelIncomplete(Exception):
    """What was stored of a classifier cannot be read back."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class PatternIntentClassifier(IntentClassifier, GraphComponent):
    """Gives each message the likeliest intent and the ranking of the first few."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        """An untrained classifier; `create` and `load` are what Rasa calls."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self.intents: list[str] = []
        self.features: Optional[Features] = None
        self.weights = np.zeros((0, 0), np.float32)
        self.offsets = np.zeros(0, np.float32)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`patterns`: their file, from the project's root; `C`: how little the weights are held down."""
        return {"patterns": "data/intent_patterns.yml", "C": 2.0, "ranking_length": 3, "random_state": 42}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> Optional[str]:
        """The hash of the patterns: `rasa train` does not reuse what it cached with others."""
        path = ROOT / {**cls.get_default_config(), **config}["patterns"]
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the examples' intents and stores the result."""
        given = [each for each in training_data.intent_examples if each.get(TEXT)]
        texts, intents = [each.get(TEXT) for each in given], [each.get(INTENT) for each in given]
        patterns = yaml.safe_load((ROOT / self._config["patterns"]).read_text(encoding="utf-8"))
        self.features = Features.of(texts, patterns)
        machine = LinearSVC(C=self._config["C"], random_state=self._config["random_state"])
        machine.fit(self.features.matrix(texts), intents)
        self.intents = [str(intent) for intent in machine.classes_]
        self.weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        self.offsets = machine.intercept_.astype(np.float32)
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking. Raises ModelIncomplete where nothing was learned."""
        for message in messages:
            chances = self._chances(message.get(TEXT) or "")
            order = np.argsort(-chances, kind="stable")[: self._config["ranking_length"]]
            ranking = [{"name": self.intents[place], "confidence": float(chances[place])} for place in order]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after it learns from what it says."""
        return training_data

    def _chances(self, text: str) -> Any:
        if self.features is None:
            raise ModelIncomplete("the intent classifier is not trained")
        places, values = self.features.row(text)
        margins = np.asarray(values, np.float32) @ self.weights[places] + self.offsets
        shares = np.exp(SHARPNESS * (margins - margins.max()))
        return shares / shares.sum()

    def _persist(self) -> None:
        assert self.features is not None
        with self._storage.write_to(self._resource) as folder:
            told = {"intents": self.intents, **self.features.to_json()}
            (folder / "features.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            np.savez_compressed(folder / "weights.npz", weights=self.weights, offsets=self.offsets)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_options: Any,
    ) -> PatternIntentClassifier:
        """The classifier as it was trained. Raises ModelIncomplete: an untrained one must not go unnoticed."""
        loaded = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                told = json.loads((folder / "features.json").read_text(encoding="utf-8"))
                with np.load(folder / "weights.npz", allow_pickle=False) as numbers:
                    loaded.weights, loaded.offsets = numbers["weights"], numbers["offsets"]
            loaded.intents, loaded.features = told["intents"], Features.from_json(told)
        except (OSError, ValueError, KeyError) as error:
            raise ModelIncomplete(f"the stored intent classifier cannot be read: {error}") from error
        return loaded
