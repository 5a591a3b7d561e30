"""The codes of the findings: of a right shape, and, by the script that authors run, in the ontologies themselves."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

from bot.knowledge import Knowledge, load
from bot.knowledge.codes import SHAPES

TREE = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("check_codes", TREE / "scripts" / "check_codes.py")
assert _SPEC is not None and _SPEC.loader is not None
check_codes = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(check_codes)

OBO = """format-version: 1.2

[Term]
id: HP:0000001
name: All of it
is_a: HP:0000003 ! other

[Term]
id: HP:0000002
name: No longer
is_obsolete: true
"""


@pytest.mark.parametrize(
    ("ontology", "code", "right"),
    [
        ("hpo", "HP:0001337", True),
        ("hpo", "HP:001337", False),
        ("hpo", "0001337", False),
        ("icd10cm", "R51.9", True),
        ("icd10cm", "T50.901A", True),
        ("icd10cm", "S09.93XA", True),
        ("icd10cm", "O36.8190", True),
        ("icd10cm", "Z3A.20", True),
        ("icd10cm", "R61", True),
        ("icd10cm", "r61", False),
        ("icd10cm", "R519", False),
        ("icd10cm", "R51.90000", False),
    ],
)
def test_shapes_of_codes(ontology: str, code: str, right: bool) -> None:
    assert bool(SHAPES[ontology][0].fullmatch(code)) is right


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


def test_symptoms_have_codes(knowledge: Knowledge) -> None:
    symptoms = [each for each in knowledge.findings.values() if each.kind == "symptom"]
    assert sum(1 for each in symptoms if each.codes) >= 0.85 * len(symptoms)


def test_terms_of_an_ontology_leave_out_what_is_no_longer_in_use() -> None:
    assert check_codes.hpo_terms(OBO) == {"HP:0000001": "All of it"}
    assert check_codes.icd_terms("R51\nR519 Some name\nT50901A") == {"R51": "", "R519": "Some name", "T50901A": ""}


def test_the_script_names_every_code_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "findings").mkdir()
    (tmp_path / "findings" / "x.yml").write_text(
        'one: {label: one, kind: complaint, say: [one], codes: {hpo: "HP:0000001", icd10cm: "R51.9"}}\n'
        "two:\n  label: two\n  kind: complaint\n  say: [two]\n"
        '  codes:\n    hpo: "HP:0000002"\n    icd10cm: "R51.8"\n'
    )
    wheel, codes = tmp_path / "some.whl", tmp_path / "codes.txt"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("some/data/hp.obo", OBO)
    codes.write_text("R51\nR519\n")
    monkeypatch.setattr(sys, "argv", ["check_codes", str(wheel), str(codes), "--knowledge", str(tmp_path), "--names"])
    assert check_codes.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "one (one): HP:0000001 All of it, R51.9",
        "two (two): HP:0000002, R51.8",
        "findings/x.yml:7: HP:0000002 of two is not in this release of hpo, or no longer in use.",
        "findings/x.yml:8: R51.8 of two is not in this release of icd10cm, or no longer in use.",
    ]


def test_a_wheel_without_the_ontology_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as made:
        made.writestr("other.txt", "")
    with pytest.raises(ValueError, match="no file for hpo"):
        check_codes.text_of(tmp_path / "some.whl", "hpo")
