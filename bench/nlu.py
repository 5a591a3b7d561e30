"""How long the reading of a message takes, beside other libraries, in one run.

    .venv/bin/python bench/nlu.py [--json FILE]

Messages of about 200 characters are read on one core, without network. Ours reads everything (findings with status and
person, sites, times, the person); the peers each do a part of that: ConText and negspaCy find the phrases of the same
findings (those without alternatives in them) with spaCy's PhraseMatcher and tell which are denied, Duckling finds
durations. What ours does is nearest to ConText and Duckling (durations and times) together, so their sum is shown too.
Each message is read by each of them in turn, the best of some rounds, and the median over messages is printed, in
milliseconds and as a ratio to ours; of ours also that of reading each message for the first time. Loading the
knowledge and making a reader is timed in processes of their own. Times are those of the processor, which other work on
the machine does not change; for loading, those of the clock are printed too. Peers that are not installed
(`make peers`) are said and left out. What makes the numbers comparable without them is `json.loads` of the reading.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

ON = date(2026, 11, 23)
# Milliseconds a message in the median, and seconds to load: what issue 4 asks for.
LIMIT, LOAD_LIMIT = 1.0, 0.5
# Characters a message has, about.
LENGTH = 200
CONTEXT, TIMES_TOO = "medspaCy, PhraseMatcher + ConText", "Duckling, durations and times"
LOADING = (
    "import time; now = lambda: (time.process_time(), time.perf_counter()); began = now(); "
    "from bot.knowledge import load; from bot.nlu.reader import Reader; imported = now(); "
    "Reader(load()); done = now(); "
    "print(imported[0] - began[0], done[0] - imported[0], done[1] - imported[1])"
)
STARTS = (
    "Hello doctor, I am a {age} year old {who} and I have a question about something that worries me. ",
    "hi, {age} {who} here, sorry for bad english. ",
    "",
)
MIDDLES = (
    "My {side} eyelid has been twitching on and off for {time}, about 10 seconds each time. ",
    "both hands shake when i hold a cup, it started {time} ago and it is getting worse. ",
    "Since {time} the {side} side of my face is numb and my mouth feels odd. ",
    "i get cramps in my {side} calf at night, lasting 2 mins, for {time} now. ",
)
ENDS = (
    "No weakness, no headache, and I have not had any fever. Should I be worried that it could be a stroke?",
    "My mother has tremor too. I drink a lot of coffee and sleep badly because of work. What can I do about it?",
    "it stopped yesterday but came back this morning, and i dont have any trouble speaking or walking at all",
)
WHO, SIDES, TIMES = ("male", "woman"), ("left", "right"), ("two months", "3 wks", "a couple of days", "almost a year")


def main() -> None:
    """Measures and prints; the exit status is 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = messages()
    readers, missing = readers_of()
    first = first_readings(readers["Signpost"], texts)
    times = measured(readers, texts)
    if {CONTEXT, TIMES_TOO} <= set(times):
        times["ConText and Duckling together"] = [sum(both) for both in zip(times[CONTEXT], times[TIMES_TOO])]
    ours = statistics.median(times["Signpost"])
    load = loading()
    result: dict[str, Any] = {
        "messages": len(texts),
        "characters_median": statistics.median(len(text) for text in texts),
        "median_ms": {name: round(statistics.median(each), 4) for name, each in times.items()},
        "p90_ms": {name: round(statistics.quantiles(each, n=10)[-1], 4) for name, each in times.items()},
        "first_reading_median_ms": round(statistics.median(first), 4),
        "ratio_to_ours": {name: round(statistics.median(each) / ours, 3) for name, each in times.items()},
        "load_s": load,
        "limit_ms": LIMIT,
        "load_limit_s": LOAD_LIMIT,
    }
    print(f"{len(texts)} messages, {result['characters_median']:g} characters in the median")
    print(f"{'':34}{'median':>10}{'90 %':>10}{'to ours':>10}   (ms a message; ours at most {LIMIT:g})")
    for name in times:
        numbers = [result[key][name] for key in ("median_ms", "p90_ms", "ratio_to_ours")]
        print(f"{name:34}" + "".join(f"{number:10.3f}" for number in numbers))
    print(f"{'Signpost, each for the first time':34}{result['first_reading_median_ms']:10.3f}")
    print(
        f"load() and Reader(): {load['load']:.2f} s (at most {LOAD_LIMIT:g}), {load['load_clock']:.2f} s by the clock, "
        f"after {load['import']:.2f} s of imports"
    )
    print("".join(f"{line}\n" for line in missing), end="")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.exit(ours > LIMIT or load["load"] > LOAD_LIMIT)


def messages() -> list[str]:
    """Made-up messages of about LENGTH characters, no two of them the same."""
    found = []
    for start in STARTS:
        for middle in MIDDLES:
            for number, end in enumerate(ENDS):
                for side, said in zip(SIDES * 2, TIMES):
                    text = (start + middle + end).format(age=24 + 7 * number, who=WHO[number % 2], side=side, time=said)
                    found.append(text)
    return sorted(found, key=lambda text: abs(len(text) - LENGTH))[:100]


def readers_of() -> tuple[dict[str, Callable[[str], Any]], list[str]]:
    """What reads a text, by name, ours first; and a line for each peer that is missing."""
    from bot.evaluation.understanding.peers import PeerError, duckling
    from bot.knowledge import load
    from bot.nlu.reader import Reader

    knowledge = load()
    reader = Reader(knowledge)
    phrases = [phrase for finding in knowledge.findings.values() for phrase in finding.say if "|" not in phrase]
    other = Reader(knowledge)  # ours must see each message for the first time when it is timed
    written = {text: json.dumps(other.read(text, ON).to_json()) for text in messages()}
    found: dict[str, Callable[[str], Any]] = {"Signpost": lambda text: reader.read(text, ON)}
    missing = []
    for name, make in (
        (CONTEXT, lambda: context_of(phrases)),
        ("negspaCy, PhraseMatcher + NegEx", lambda: negex_of(phrases)),
        ("Duckling, durations", lambda: _on_day(duckling("duration"))),
        (TIMES_TOO, lambda: _on_day(duckling("duration", "time"))),
    ):
        try:
            found[name] = make()
        except (PeerError, ImportError):
            missing.append(f"{name}: not installed (make peers)")
    found["json.loads of our reading"] = lambda text: json.loads(written[text])
    return found, missing


def _on_day(finds: Callable[[str, date], Any]) -> Callable[[str], Any]:
    return lambda text: finds(text, ON)


def context_of(phrases: list[str]) -> Callable[[str], Any]:
    """ConText over the phrases that the PhraseMatcher finds."""
    import medspacy.context  # noqa: F401  registers the component

    return _pipeline(phrases, "medspacy_context", {})


def negex_of(phrases: list[str]) -> Callable[[str], Any]:
    """negspaCy over the phrases that the PhraseMatcher finds."""
    import negspacy.negation  # noqa: F401  registers the component
    from negspacy.termsets import termset

    return _pipeline(phrases, "negex", {"neg_termset": termset("en").get_patterns()})


def _pipeline(phrases: list[str], component: str, config: dict[str, Any]) -> Callable[[str], Any]:
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.util import filter_spans

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe(component, config=config)
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("finding", list(nlp.tokenizer.pipe(phrases)))

    def read(text: str) -> Any:
        doc = nlp.make_doc(text)
        doc.ents = filter_spans(matcher(doc, as_spans=True))
        for _, pipe in nlp.pipeline:
            doc = pipe(doc)
        return doc

    return read


def measured(readers: dict[str, Callable[[str], Any]], texts: list[str], rounds: int = 5) -> dict[str, list[float]]:
    """Milliseconds of each reader for each text, the best of some rounds; a first reading of all is not counted."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for read in readers.values():
        for text in texts:
            read(text)
    for text in texts:
        for name, read in readers.items():
            best = float("inf")
            for _ in range(rounds):
                began = time.process_time()
                read(text)
                best = min(best, time.process_time() - began)
            times[name].append(best * 1000)
    return times


def first_readings(read: Callable[[str], Any], texts: list[str]) -> list[float]:
    """Milliseconds of reading each text for the first time; the first twenty only warm the reader up."""
    times = []
    for text in texts:
        began = time.process_time()
        read(text)
        times.append((time.process_time() - began) * 1000)
    return times[20:]


def loading(times: int = 3) -> dict[str, float]:
    """Seconds of imports, and of loading the knowledge and making a reader: each in a new process, the best of some."""
    runs = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", LOADING],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        runs.append([float(number) for number in done.stdout.split()])
    return {name: round(min(each), 3) for name, each in zip(("import", "load", "load_clock"), zip(*runs))}


if __name__ == "__main__":
    main()
