"""Sites, sides, words, and who the patient is."""

from __future__ import annotations

from dataclasses import replace

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.details import Sites, lists_read, person_read, words_invented, words_right
from bot.evaluation.understanding.labelled import Label
from bot.evaluation.understanding.matching import match
from bot.knowledge import Knowledge
from bot.nlu.reading import PRESENT, Person
from tests.evaluation.understanding.labels import labelled, mention, reading


def test_a_part_of_the_labelled_part_is_right(knowledge: Knowledge) -> None:
    sites = Sites(knowledge)
    assert sites.agree("cheek", ["face"]) and sites.agree("face", ["cheek"]) and sites.agree("finger", ["arm"])
    assert sites.agree("hand", ["foot", "hand"])
    assert not sites.agree("cheek", ["chin"]) and not sites.agree(None, ["chin"])


def test_a_labelled_part_is_found_by_the_words_for_it(knowledge: Knowledge) -> None:
    language = {**knowledge.language, "sites": {"leg": {"say": ["leg", "calf"]}, "lid": {"say": ["eyelid"]}}}
    sites = Sites(replace(knowledge, language=language))
    assert sites.agree("leg", ["calf"]) and sites.agree("lid", ["upper_eyelid"])
    assert not sites.agree("leg", ["ear"])


def test_attributes_of_one_word(knowledge: Knowledge) -> None:
    said = Label("tremor", PRESENT, words={"side": "left", "trend": "worse"}, sites=("hand",))
    silent = Label("fever", PRESENT)
    read = reading(mention("tremor", side="left", trend="better", site="arm"), mention("fever", onset="sudden"))
    matched = [match(labelled(said, silent), read, knowledge)]
    right = {name: (share.hits, share.of) for name, share in words_right(matched, Sites(knowledge)).items()}
    assert right == {"site": (1, 1), "side": (1, 1), "severity": (0, 0), "trend": (0, 1), "onset": (0, 0)}
    invented = {name: (share.hits, share.of) for name, share in words_invented(matched).items()}
    assert invented == {"side": (0, 1), "severity": (0, 2), "trend": (0, 1), "onset": (1, 2)}


def test_attributes_that_are_lists(knowledge: Knowledge) -> None:
    label = Label("tremor", PRESENT, lists={"set_off_by": ("stress", "caffeine"), "disturbs": ("sleep",)})
    told = mention("tremor")
    object.__setattr__(told, "set_off_by", ("stress", "cold"))
    counts = lists_read(match(labelled(label), reading(told), knowledge))
    assert counts == {"set_off_by": Counts(1, 1, 1), "eased_by": Counts(), "disturbs": Counts(0, 0, 1)}
    plain = lists_read(match(labelled(label), reading(mention("tremor")), knowledge))
    assert plain["set_off_by"] == Counts(missed=2)


def test_the_person(knowledge: Knowledge) -> None:
    condition = next(each.id for each in knowledge.findings.values() if each.kind == "condition")
    message = labelled(age=34, pregnant=False, conditions=(condition,), events=("head_injury",))
    person = Person(age=34.4, sex="female", pregnant=False, conditions=(condition,))
    counts = person_read(match(message, reading(person=person), knowledge), knowledge)
    assert counts == {
        "age": Counts(1),
        "sex": Counts(false=1),
        "pregnant": Counts(1),
        "conditions": Counts(1),
        "medicines": Counts(),
        "events": Counts(missed=1),
    }
