"""What we change in Rasa 3.6.21, which is frozen. Each patch says why, and is made only on the code it was written for.

`tests/dialogue_rasa/test_rasa_patches.py` fails where a patch no longer fits, so that an update of Rasa is noticed.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Hashable

import rasa.shared.utils.common
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot


class PatchDoesNotFit(Exception):
    """Rasa's code is not what a patch of ours was written for."""


@dataclass(frozen=True)
class Patch:
    """A function of Rasa's that is replaced: where it is, the SHA-256 of its source, and what takes its place."""

    owner: Any
    name: str
    source_sha256: str
    replacement: Callable[..., Any]

    def fits(self) -> bool:
        """Whether Rasa's function is the one that the patch was written for, or is patched already."""
        found = getattr(self.owner, self.name)
        return found is self.replacement or source_sha256(found) == self.source_sha256

    def apply(self) -> None:
        """Put the replacement in place. Raises PatchDoesNotFit."""
        if not self.fits():
            raise PatchDoesNotFit(
                f"{self.name} of Rasa is not the function that bot/dialogue/rasa_patches.py was written for; "
                "read its new source, and change or remove the patch"
            )
        setattr(self.owner, self.name, self.replacement)


def source_sha256(function: Callable[..., Any]) -> str:
    """The hash of a function's source text."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()


@functools.lru_cache(maxsize=1)
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Rasa's check of what an action gives, with the schema itself checked once and not at every call (18 ms each).

    Raises jsonschema's ValidationError, as Rasa's own does.
    """
    _result_validator().validate(result)
    return True


@functools.lru_cache(maxsize=64)
def _remembered(kind: Hashable) -> tuple[type, ...]:
    return tuple(_walked(kind))


def _all_subclasses(cls: type) -> list[type]:
    """Rasa's `all_subclasses`, remembered: Rasa walks all classes for every event of every tracker it reads.

    Only for events and slots, whose classes are all defined when Rasa is imported; other classes are walked each time.
    """
    if cls in (Event, Slot):
        return list(_remembered(cls))
    return _walked(cls)


def _walked(kind: Any) -> list[type]:
    nested: list[type] = [below for each in kind.__subclasses__() for below in _all_subclasses(each)]
    return [each for each in [*kind.__subclasses__(), *nested] if not inspect.isabstract(each)]


PATCHES = (
    Patch(
        RemoteAction,
        "_validate_action_result",
        "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42",
        _validate_action_result,
    ),
    Patch(
        rasa.shared.utils.common,
        "all_subclasses",
        "28c2e6df9c15daea296f630b83d0b2391636581164056082458a32647d6761d1",
        _all_subclasses,
    ),
)


SKOPS_TRUSTED_SHA256 = "3f7c2be044c261960bf07b3b1c2f25c68fc28b121c4bd6a861f6a3a5dfe1c38e"

STORED = {
    "GridSearchCV": "sklearn.model_selection",
    "LabelEncoder": "sklearn.preprocessing",
    "LogisticRegression": "sklearn.linear_model",
    "SVC": "sklearn.svm",
}


def skops_source() -> Path:
    """The file in which skops, Rasa's model format, lists what it trusts."""
    package = importlib.util.find_spec("skops")
    if package is None or package.origin is None:
        raise PatchDoesNotFit("skops is not installed")
    return Path(package.origin).parent / "io" / "_trusted_types.py"


def import_skops() -> None:
    """Import skops trusting only the classes that Rasa's light classifiers store.

    To list everything it trusts, skops imports every module of scikit-learn and pytest too, and looks through all
    modules for each of numpy's and scipy's functions: five seconds of each start. Less trust is no risk: a model that
    holds anything else does not load. Raises PatchDoesNotFit.
    """
    if "skops.io" in sys.modules:
        return
    if hashlib.sha256(skops_source().read_bytes()).hexdigest() != SKOPS_TRUSTED_SHA256:
        raise PatchDoesNotFit("skops lists what it trusts in another way; see bot/dialogue/rasa_patches.py")
    numbers: Any = importlib.import_module("numpy")
    stored = [getattr(importlib.import_module(module), name) for name, module in STORED.items()]
    trusted: Any = ModuleType("skops.io._trusted_types")
    trusted.PRIMITIVES_TYPES = [int, float, str, bool]
    trusted.PRIMITIVE_TYPE_NAMES = [f"builtins.{each.__name__}" for each in trusted.PRIMITIVES_TYPES]
    trusted.SKLEARN_ESTIMATOR_TYPE_NAMES = [f"{each.__module__}.{each.__name__}" for each in stored]
    trusted.SCIPY_UFUNC_TYPE_NAMES = []
    trusted.NUMPY_UFUNC_TYPE_NAMES = []
    dtypes = {each for kinds in numbers.sctypes.values() for each in kinds if each.__module__ == "numpy"}
    trusted.NUMPY_DTYPE_TYPE_NAMES = sorted(f"numpy.{each.__name__}" for each in dtypes)
    sys.modules[trusted.__name__] = trusted
    importlib.import_module("skops.io")


def apply() -> None:
    """Make every patch, once. Raises PatchDoesNotFit where Rasa is not the version that they were written for."""
    for patch in PATCHES:
        patch.apply()
    import_skops()
