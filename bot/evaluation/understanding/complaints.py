"""Complaints and denials in vignettes that others wrote (the form `avey400`)."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.figure import Fault, Figure, Part
from bot.evaluation.sets import labels, rows
from bot.evaluation.understanding.labelled import AS_OF
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.nlu.reading import PATIENT, PRESENT, Reading
from bot.records.proportion import Proportion

KEY = "avey400"
FILE, LABELS = "vignettes.jsonl", "complaints.yml"
_FOUND = (
    "Chief complaints and presentation read as one text. Which of our findings a complaint means is labelled by hand; "
    "it is found where one of those, or a kind of it, is read as present in the patient. Complaints that none of ours "
    "covers are left out."
)
_ASSERTED = "The denials read as a text of their own: findings read as present, of all findings read in them."


def complaints_part(folder: Path, reader: Reader, knowledge: Knowledge) -> Part:
    """The figures of the vignettes in a folder."""
    vignettes = rows(folder / FILE, "id", "chief_complaints", "presentation", "absent_findings")
    meant = labels(folder / LABELS)
    notes = [] if meant is not None else [f"Complaints cannot be scored: no hand labels in {LABELS}."]
    hits = covered = asserted = denials = 0
    unlabelled: set[str] = set()
    faults = []
    for row in vignettes:
        text = f"{row['chief_complaints']}. {row['presentation']}"
        read = _present(reader.read(text, AS_OF), knowledge)
        for complaint in (each.strip().lower() for each in row["chief_complaints"].split(",")):
            if meant is None or complaint not in meant:
                unlabelled.update([complaint] if meant is not None else [])
            elif meant[complaint]:
                covered += 1
                found = bool(read.intersection(meant[complaint]))
                hits += found
                if not found:
                    faults.append(Fault(f"vignette {row['id']}", f"complaint not found: {complaint}", text))
        denied = [each for each in reader.read(row["absent_findings"], AS_OF).mentions]
        said = [each for each in denied if each.status == PRESENT and each.experiencer == PATIENT]
        asserted, denials = asserted + len(said), denials + len(denied)
        faults += [
            Fault(
                f"vignette {row['id']}",
                f"denied, but read as present: {each.finding} from {each.text!r}",
                row["absent_findings"],
            )
            for each in said
        ]
    if unlabelled:
        notes.append(f"{len(unlabelled)} complaints have no label and are left out: {', '.join(sorted(unlabelled))}.")
    figures = [
        Figure.of(f"{KEY}.absent_asserted", "Denied findings asserted", Proportion(asserted, denials), _ASSERTED)
    ]
    if meant is not None:
        figures.insert(0, Figure.of(f"{KEY}.complaints", "Chief complaints found", Proportion(hits, covered), _FOUND))
    return Part(
        key=KEY,
        title="Complaints and denials: avey400",
        about=f"{len(vignettes)} vignettes.",
        figures=tuple(figures),
        faults=tuple(faults),
        notes=tuple(notes),
    )


def _present(reading: Reading, knowledge: Knowledge) -> set[str]:
    """What is present in the patient, and what that is a kind of."""
    said = {each.finding for each in reading.mentions if each.status == PRESENT and each.experiencer == PATIENT}
    return said | {wider for each in said for wider in knowledge.broader(each)}
