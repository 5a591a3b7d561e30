"""The patches fit the Rasa that is installed, and change nothing but the time it takes."""

from __future__ import annotations

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
