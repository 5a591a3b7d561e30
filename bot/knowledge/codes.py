"""The codes of a finding in the ontologies that knowledge/sources.yml cites, by their shape."""

from __future__ import annotations

import re

from bot.knowledge.fields import Fields
from bot.knowledge.problems import KnowledgeError, nearest

SHAPES = {
    "hpo": (re.compile(r"HP:\d{7}"), "HP: and seven digits, such as HP:0000118"),
    "icd10cm": (
        re.compile(r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?"),
        "a category, a point and up to four signs, such as Z00.00",
    ),
}


def codes(fields: Fields) -> dict[str, str]:
    """The codes of one entry. Raises KnowledgeError for an ontology that is none of ours, and for a wrong shape."""
    found = {}
    for name, value in fields.mapping("codes").items():
        keys = (*fields.keys, "codes", name)
        if name not in SHAPES:
            raise KnowledgeError(fields.file, keys, f'unknown ontology "{name}". {nearest(name, SHAPES)}')
        shape, words = SHAPES[name]
        if not shape.fullmatch(str(value)):
            raise KnowledgeError(fields.file, keys, f'"{value}" is no code of {name}. Write {words}.')
        found[name] = str(value)
    return found
