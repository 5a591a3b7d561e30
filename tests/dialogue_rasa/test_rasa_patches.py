"""The patches fit the Rasa that is installed, and change nothing but the time it takes."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.slots import Slot

from bot.dialogue import rasa_patches, without_tensorflow

assert without_tensorflow.stands_in() or without_tensorflow.asked_for()


@pytest.mark.parametrize("patch", rasa_patches.PATCHES, ids=lambda patch: patch.name)
def test_rasas_code_is_what_the_patch_was_written_for(patch):
    assert patch.fits()


def test_a_patch_for_other_code_is_refused(monkeypatch):
    class Other:
        def walk(self):
            return 1

    patch = rasa_patches.Patch(Other, "walk", "0" * 64, lambda self: 2)
    assert not patch.fits()
    with pytest.raises(rasa_patches.PatchDoesNotFit, match="walk of Rasa is not the function"):
        patch.apply()


def test_applying_twice_is_the_same_as_once():
    rasa_patches.apply()
    rasa_patches.apply()
    assert all(patch.fits() for patch in rasa_patches.PATCHES)


def test_the_same_subclasses_are_found():
    for kind in (Event, Slot):
        walked = rasa_patches._walked(kind)
        assert rasa_patches._all_subclasses(kind) == walked == rasa_patches._all_subclasses(kind)
    assert SlotSet in rasa_patches._all_subclasses(Event)


def test_other_classes_are_walked_each_time():
    class Root: ...

    assert rasa_patches._all_subclasses(Root) == []

    class Leaf(Root): ...

    assert rasa_patches._all_subclasses(Root) == [Leaf]


def test_a_bad_result_of_an_action_is_still_refused():
    rasa_patches.apply()
    action = RemoteAction("action_triage", None)
    assert action._validate_action_result({"events": [{"event": "slot", "name": "case", "value": {}}], "responses": []})
    with pytest.raises(ValidationError):
        action._validate_action_result({"events": [{"event": "no such event"}], "responses": []})
    with pytest.raises(ValidationError):
        action._validate_action_result({"events": [], "responses": "text"})


def test_skops_lists_what_it_trusts_as_it_did():
    assert hashlib.sha256(rasa_patches.skops_source().read_bytes()).hexdigest() == rasa_patches.SKOPS_TRUSTED_SHA256


def test_importing_skops_leaves_scikit_learn_alone():
    """In a process of its own, because skops may be imported here already."""
    code = """
import bot.dialogue, sys, warnings
warnings.simplefilter("ignore")
from bot.dialogue import rasa_patches
import sklearn.utils
before = sklearn.utils.all_estimators
rasa_patches.import_skops()
import skops.io._trusted_types as trusted
assert sklearn.utils.all_estimators is before
assert "pytest" not in sys.modules
print(*sorted(name.rsplit(".", 1)[1] for name in trusted.SKLEARN_ESTIMATOR_TYPE_NAMES))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == sorted(rasa_patches.STORED), done.stderr
