"""Rasa without TensorFlow.

Rasa imports TensorFlow whatever its pipeline, and the light pipeline never calls it: seconds and hundreds of megabytes
for nothing. `stand_in` puts a finder on `sys.meta_path` that answers those imports with modules whose attributes are
placeholder classes: enough for class statements, annotations and `isinstance`, which is all that Rasa does at import.
Any use of a placeholder raises `TensorFlowMissing`, which names the component that asked and says how to install it.

Nothing is done where TensorFlow is imported already, or is installed and asked for with SIGNPOST_TENSORFLOW=1.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FrameType, ModuleType
from typing import Any, NoReturn, Optional, Sequence

PACKAGES = ("tensorflow", "keras", "tensorflow_addons", "tensorflow_hub", "tensorflow_text")
ASKED_FOR_BY = "SIGNPOST_TENSORFLOW"
HOW_TO_INSTALL = f"Run `make tensorflow` to install it, and set {ASKED_FOR_BY}=1."


class TensorFlowMissing(ImportError):
    """TensorFlow was used and is not there. An ImportError, so that libraries that only look for it go on."""


def _component() -> Optional[str]:
    """The Rasa graph component that is running now (the outermost one), or None."""
    found = None
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self", frame.f_locals.get("cls"))
        kind = owner if isinstance(owner, type) else type(owner)
        if any(base.__name__ == "GraphComponent" for base in kind.__mro__[1:]):
            found = kind.__name__
        frame = frame.f_back
    return found


def _refuse(used: str) -> NoReturn:
    component = _component()
    who = f"The component {component}" if component else "Something"
    raise TensorFlowMissing(f"{who} uses {used}, and TensorFlow is not loaded. {HOW_TO_INSTALL}")


def _refusing(operation: str) -> Any:
    def refuse(self: type, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse(f"{self.__module__}.{self.__qualname__} ({operation})")

    return refuse


class _Placeholders(type):
    """The type of placeholders: they may be named, subclassed and compared, and nothing else."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}", name)


for _name, _operation in {
    "__call__": "called",
    "__iter__": "iterated over",
    "__len__": "measured",
    "__getitem__": "indexed",
    "__enter__": "entered",
    **{f"__{sign}__": "calculated with" for sign in ("add", "sub", "mul", "truediv", "matmul", "neg", "lt", "gt")},
}.items():
    setattr(_Placeholders, _name, _refusing(_operation))

_placeholders: dict[tuple[str, str], type] = {}


def _placeholder(module: str, name: str) -> type:
    """The placeholder class for one attribute; the same one each time, so that identity and `isinstance` hold."""
    if (module, name) not in _placeholders:
        _placeholders[module, name] = _Placeholders(name, (), {"__module__": module})
    return _placeholders[module, name]


class _StandIn(ModuleType):
    """A module any public attribute of which is a placeholder."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(self.__name__, name)


class _Finder(MetaPathFinder, Loader):
    """Finds the packages of PACKAGES, and every module below them, as stand-ins."""

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the attributes are made when they are asked for."""


def installed() -> bool:
    """Whether the real TensorFlow could be imported (without importing it)."""
    return PathFinder.find_spec("tensorflow") is not None


def asked_for() -> bool:
    """Whether the operator wants the real TensorFlow (SIGNPOST_TENSORFLOW=1)."""
    return os.environ.get(ASKED_FOR_BY, "").strip().lower() in {"1", "true", "yes", "on"}


def stands_in() -> bool:
    """Whether imports of TensorFlow are answered by the stand-in now."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def stand_in() -> None:
    """Put the stand-in in place, once.

    Raises TensorFlowMissing where TensorFlow is asked for but not installed: better now than at the first training.
    """
    if stands_in() or "tensorflow" in sys.modules:
        return
    if asked_for():
        if not installed():
            raise TensorFlowMissing(f"{ASKED_FOR_BY} asks for TensorFlow, which is not installed. {HOW_TO_INSTALL}")
        return
    sys.meta_path.insert(0, _Finder())
