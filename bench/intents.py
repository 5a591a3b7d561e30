"""How well intents are read, and what that costs: our light pipeline beside Rasa's light one and DIET.

    .venv/bin/python bench/intents.py [--json FILE] [--tensorflow-python PATH] [--folds-asked 1]

Trains real Rasa pipelines on data/nlu and prints, for each, the F of
1. a stratified cross-validation with a fixed seed,
2. the same with near duplicates kept in one fold ("grouped"), so that no sentence is read off its own twin,
3. the held-out set, tests/dialogue_rasa/intents_held_out.yml, with the pipeline trained on everything,
4. what of it has no near duplicate among the examples ("unlike");
each as the classifier alone (its first guess), and as shipped (with the fallback, and with `inform` for whatever the
reader finds a finding or a stretch of time in). Then what each costs, measured in a process of its own: seconds to
train and to import, milliseconds a parse, memory, megabytes installed.

DIET needs TensorFlow, and minutes to an hour for each training: it is measured where `--tensorflow-python` names the
Python of an environment made from requirements/tensorflow.lock, and else left out. `--folds-asked 1` asks only the
first fold of the cross-validations. Our pipeline alone takes three minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Optional

import yaml

ROOT = Path(__file__).resolve().parents[1]
HELD_OUT = ROOT / "tests" / "dialogue_rasa" / "intents_held_out.yml"
SEED = 42
MODEL = "model.tar.gz"
# Two sentences are near duplicates from this likeness on (0 to 100); the order of words does not count, nor polite
# words, nor small ones where others are left.
ALIKE = 80
POLITE = set(re.findall(r"\w+", "please pls plz ok okay doctor so very just really"))
SMALL = set(re.findall(r"\w+", "a an the i me my you u your can could would want to is are am it this that do does of"))
DIET: dict[str, Any] = {
    "name": "DIETClassifier",
    "epochs": 100,
    "entity_recognition": False,
    "constrain_similarities": True,
    "random_seed": SEED,
    "ranking_length": 3,
}
PIPELINES = ["light", "stock", "diet"]
STOCK: dict[str, Any] = {"name": "LogisticRegressionClassifier", "max_iter": 500, "ranking_length": 3}
Example = tuple[str, str]
"""A text and its intent."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tensorflow-python", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--folds-asked", type=int, help="only the first few of the folds: DIET takes its time")
    parser.add_argument("--epochs", type=int, default=100, help="of DIET")
    parser.add_argument("--pipelines", nargs="+", choices=PIPELINES, default=PIPELINES)
    parser.add_argument("--work", choices=[*WORK], help=argparse.SUPPRESS)
    parser.add_argument("--pipeline", choices=PIPELINES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    DIET["epochs"] = options.epochs
    if options.work:
        print("RESULT" + json.dumps(WORK[options.work](options)))
        return
    pipelines = {
        name: options.tensorflow_python if name == "diet" else Path(sys.executable) for name in options.pipelines
    }
    pipelines = {name: python.absolute() for name, python in pipelines.items() if python}
    result = {name: measured(name, python, options) for name, python in pipelines.items()}
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(result)


def measured(pipeline: str, python: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The scores and costs of a pipeline, each from a process of its own, which holds nothing of the others' memory."""
    found: dict[str, Any] = {}
    given = ["--folds", str(options.folds), "--folds-asked", str(options.folds_asked or options.folds)]
    given += ["--epochs", str(options.epochs)]
    real = {"SIGNPOST_TENSORFLOW": "1", "TF_CPP_MIN_LOG_LEVEL": "3"} if pipeline == "diet" else {}
    with tempfile.TemporaryDirectory() as folder:
        for work in WORK:
            done = subprocess.run(
                [python, __file__, "--work", work, "--pipeline", pipeline, "--folder", folder, *given],
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **real},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found[work] = json.loads(done.stdout.rsplit("RESULT", 1)[1])
    found["costs"] = {"seconds_to_train": found.pop("train"), **found["costs"]}
    return found


def examples(*paths: Path) -> list[Example]:
    """The texts of Rasa's NLU files with their intents."""
    return [
        (line[2:].strip(), group["intent"])
        for path in paths
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in group["examples"].splitlines()
    ]


def training_examples() -> list[Example]:
    """All of data/nlu."""
    return examples(*sorted((ROOT / "data" / "nlu").glob("*.yml")))


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the number of its group: texts that are alike, or linked by others that are."""
    from rapidfuzz import fuzz

    keys = [_key(text) for text in texts]
    group = list(range(len(texts)))

    def root(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    for one, key in enumerate(keys):
        for other in range(one):
            if fuzz.ratio(key, keys[other]) >= ALIKE:
                group[root(one)] = root(other)
    return [root(number) for number in range(len(texts))]


def unlike(texts: Sequence[str], known: Sequence[str]) -> list[int]:
    """Numbers of the texts that have no near duplicate among the known ones."""
    from rapidfuzz import fuzz, process

    keys = [_key(text) for text in known]
    found = (process.extractOne(_key(text), keys, scorer=fuzz.ratio, score_cutoff=ALIKE) for text in texts)
    return [number for number, match in enumerate(found) if match is None]


def _key(text: str) -> str:
    words = "".join(each if each.isalnum() or each == "'" else " " for each in text.lower()).split()
    said = set(words) - POLITE or set(words)
    return " ".join(sorted(said - SMALL or said))


def split(given: Sequence[Example], folds: int, groups: Optional[Sequence[int]]) -> Iterator[tuple[list[int], Any]]:
    """Numbers of the examples to train on and to ask, fold by fold."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    intents = [intent for _, intent in given]
    yield from kind(folds, shuffle=True, random_state=SEED).split(intents, intents, groups)


class Pipeline:
    """A trained pipeline. Importing Rasa happens here, so that the time it takes can be measured."""

    def __init__(self, model: Path) -> None:
        from bot.dialogue import agent, rasa_patches

        rasa_patches.apply()
        self.agent = agent.Agent.load(model)

    @classmethod
    def trained(cls, kind: str, training: Sequence[Example], folder: Path) -> Pipeline:
        """A pipeline of this kind trained on these examples; the model lies in the folder."""
        from bot.dialogue import quiet

        quiet.hush()
        from rasa.model_training import train_nlu

        os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
        config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
        if kind != "light":
            config["pipeline"] = in_place_of_ours(kind, config["pipeline"])
        files = {"config.yml": config, "nlu.yml": {"version": "3.1", "nlu": _as_nlu(training)}}
        for name, content in files.items():
            (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, width=10_000), encoding="utf-8")
        model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name=MODEL)
        return cls(Path(model))

    def parse(self, text: str) -> dict[str, Any]:
        """What Rasa makes of a text."""
        return dict(asyncio.run(self.agent.parse_message(text)))

    def read(self, text: str) -> tuple[str, str]:
        """The intent by the classifier alone, and as shipped."""
        parsed = self.parse(text)
        ranking = [each["name"] for each in parsed["intent_ranking"] if each["name"] != "nlu_fallback"]
        return ranking[0], parsed["intent"]["name"]


def in_place_of_ours(kind: str, pipeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rasa's light recipe ("stock") or DIET in the place of our classifier; the components after it stay."""
    letters = {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}
    words, lexical = {"name": "CountVectorsFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"}
    learned = [words, letters, STOCK] if kind == "stock" else [lexical, words, letters, DIET]
    return [{"name": "WhitespaceTokenizer"}, *learned, *pipeline[1:]]


def _as_nlu(training: Sequence[Example]) -> list[dict[str, str]]:
    by_intent: dict[str, list[str]] = {}
    for text, intent in training:
        by_intent.setdefault(intent, []).append(f"- {text}\n")
    return [{"intent": intent, "examples": "".join(texts)} for intent, texts in by_intent.items()]


def train(options: argparse.Namespace) -> float:
    """Trains on everything and leaves the model in the folder; gives the seconds it took, the imports left out."""
    from bot.dialogue import quiet

    quiet.hush()
    import rasa.model_training  # noqa: F401

    began = time.perf_counter()
    Pipeline.trained(options.pipeline, training_examples(), options.folder)
    return round(time.perf_counter() - began, 1)


def costs(options: argparse.Namespace) -> dict[str, Any]:
    """What the trained pipeline costs when it is used."""
    began = time.perf_counter()
    import bot.dialogue.agent  # noqa: F401

    seconds_to_import = time.perf_counter() - began
    pipeline = Pipeline(options.folder / MODEL)
    texts = [text for text, _ in examples(HELD_OUT)]
    times = []
    for text in [*texts[:20], *texts]:
        began = time.perf_counter()
        pipeline.parse(text)
        times.append((time.perf_counter() - began) * 1000)
    packages = Path(sysconfig.get_paths()["purelib"])
    return {
        "seconds_to_import": round(seconds_to_import, 1),
        "ms_a_parse": round(statistics.median(times[20:]), 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "installed_mb": round(sum(each.stat().st_size for each in packages.rglob("*") if each.is_file()) / 1e6),
    }


def scores(options: argparse.Namespace) -> dict[str, Any]:
    """F, per intent and overall, by each way of asking; what was read wrongly, to look at."""
    given, held_out = training_examples(), examples(HELD_OUT)
    groups = near_duplicates([text for text, _ in given])
    found: dict[str, Any] = {"examples": len(given), "groups": len(set(groups)), "held_out_examples": len(held_out)}
    pipeline = Pipeline(options.folder / MODEL)
    read = [pipeline.read(text) for text, _ in held_out]
    found["held_out"] = _scored(held_out, read)
    new = unlike([text for text, _ in held_out], [text for text, _ in given])
    found["held_out_unlike"] = _scored([held_out[number] for number in new], [read[number] for number in new])
    for name, of in (("cross_validated", None), ("grouped", groups)):
        asked, read = [], []
        for train, ask in islice(split(given, options.folds, of), options.folds_asked):
            with tempfile.TemporaryDirectory() as folder:
                pipeline = Pipeline.trained(options.pipeline, [given[number] for number in train], Path(folder))
                asked += [given[number] for number in ask]
                read += [pipeline.read(given[number][0]) for number in ask]
        found[name] = _scored(asked, read)
    return found


def _scored(asked: Sequence[Example], read: Sequence[tuple[str, str]]) -> dict[str, Any]:
    from sklearn.metrics import f1_score, precision_recall_fscore_support

    routes = actions()
    truth = [intent for _, intent in asked]
    names = sorted(set(truth))
    found: dict[str, Any] = {}
    for way, guesses in zip(("alone", "shipped"), zip(*read)):
        each = precision_recall_fscore_support(truth, guesses, labels=names, zero_division=0)
        wrong = [(text, right, guess) for (text, right), guess in zip(asked, guesses) if right != guess]
        elsewhere = [text for text, right, guess in wrong if routes[right] != routes[guess]]
        found[way] = {
            # Over the intents that were asked for: the fallback is no right answer to anything.
            "weighted_f": round(f1_score(truth, guesses, labels=names, average="weighted", zero_division=0), 4),
            "macro_f": round(f1_score(truth, guesses, labels=names, average="macro", zero_division=0), 4),
            # Six intents lead to the same action: what is right is what leads to the right one.
            "rightly_routed": round(1 - len(elsewhere) / len(truth), 4),
            "intents": {
                name: dict(zip(("precision", "recall", "f", "number"), (round(float(value), 3) for value in row)))
                for name, row in zip(names, zip(*each))
            },
            "confused": [
                [*pair, number] for pair, number in Counter((right, got) for _, right, got in wrong).most_common()
            ],
            "wrong": wrong,
        }
    return found


def actions() -> dict[str, str]:
    """The action that each intent leads to."""
    rules = yaml.safe_load((ROOT / "data" / "rules.yml").read_text(encoding="utf-8"))["rules"]
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules}


def show(result: dict[str, Any]) -> None:
    """Prints the tables."""
    print(f"{'weighted F (macro F)':28}" + "".join(f"{asked:>20}" for asked in ASKED))
    for pipeline, found in result.items():
        for way in ("alone", "shipped"):
            cells = [found["scores"][asked][way] for asked in ASKED]
            print(f"{pipeline + ', ' + way:28}" + "".join(f"{_pair(each):>20}" for each in cells))
    print(f"\n{'rightly routed':28}" + "".join(f"{asked:>20}" for asked in ASKED))
    for pipeline, found in result.items():
        cells = [found["scores"][asked]["shipped"]["rightly_routed"] for asked in ASKED]
        print(f"{pipeline + ', shipped':28}" + "".join(f"{each:20.3f}" for each in cells))
    print(f"\n{'costs':28}" + "".join(f"{pipeline:>20}" for pipeline in result))
    for cost in next(iter(result.values()))["costs"]:
        print(f"{cost.replace('_', ' '):28}" + "".join(f"{found['costs'][cost]:20}" for found in result.values()))
    for pipeline, found in result.items():
        print(f"\n{pipeline + ', shipped: F by intent':28}" + "".join(f"{asked:>20}" for asked in ASKED))
        tables = [found["scores"][asked]["shipped"]["intents"] for asked in ASKED]
        for intent in tables[0]:
            print(f"  {intent:26}" + "".join(f"{table[intent]['f']:20.3f}" for table in tables))
        for asked in ASKED:
            most = found["scores"][asked]["shipped"]["confused"][:8]
            print(f"  {asked}: " + "; ".join(f"{right} read as {guess}: {number}" for right, guess, number in most))


def _pair(scored: dict[str, Any]) -> str:
    return f"{scored['weighted_f']:.3f} ({scored['macro_f']:.3f})"


ASKED = ("cross_validated", "grouped", "held_out", "held_out_unlike")
WORK: dict[str, Callable[[argparse.Namespace], Any]] = {"train": train, "costs": costs, "scores": scores}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
