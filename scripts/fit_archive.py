"""Fits the archive's search: the matrix that turns the model's vectors, and the weights of its probability.

    .venv/bin/python scripts/fit_archive.py [--pairs FILE] [--write]

Learns from `data/archive/questions.jsonl` (question, the same in other words, a near miss; written for this project)
and, with `--pairs`, from question pairs of others ({"question_1", "question_2", "label"} a line), of which nothing but
numbers is kept. Prints what five-fold cross-validation says, with all pairs of a question in one fold, and with
`--write` fits on everything and writes bot/archive/model/adapter.npy and weights.json.

The matrix begins as the identity and is drawn back to it; it is trained so that a question is nearer to itself in other
words than to any other question or near miss (the contrastive loss of van den Oord and others, 2018).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.archive import meaning
from bot.archive.likeness import shared_letters

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "data" / "archive" / "questions.jsonl"
SEEDS, STEPS, BATCH, RATE, PULL, TEMPERATURE = (0, 1, 2), 150, 128, 0.001, 0.1, 0.05
FOLDS = 5
# How the findings read in both texts count, set by hand: too few questions of the sets name any to learn it.
FINDINGS = {"agree": 0.5, "contradict": -1.0, "decade": -0.2}
RELATED_FROM = 0.2


def main() -> None:
    """Fits, prints, and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    model = meaning.load()
    assert model is not None, "the model could not be loaded"
    own = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    own_sets = [model.plain([each[name] for each in own]) for name in ("same", "question", "near")]
    pairs = (
        [json.loads(line) for line in options.pairs.read_text(encoding="utf-8").splitlines()] if options.pairs else []
    )
    texts = sorted({each[name] for each in pairs for name in ("question_1", "question_2")})
    vectors = dict(zip(texts, model.plain(texts))) if texts else {}
    if pairs:
        validate(pairs, vectors, own_sets)
    matrix = trained(*joined(pairs, vectors, own_sets))
    fitted = fit_probability(pairs, vectors, matrix) if pairs else None
    if options.write:
        np.save(meaning.FOLDER / meaning.ADAPTER, matrix.astype(np.float16))
        if fitted:
            data = json.dumps(fitted, indent=1) + "\n"
            (meaning.FOLDER / "weights.json").write_text(data, encoding="utf-8")
        print("written to bot/archive/model")


def joined(pairs: Sequence[Any], vectors: Any, own_sets: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Questions to ask, those they mean, and near misses, as rows."""
    same = [each for each in pairs if each["label"] == 1]
    asked = [vectors[each["question_2"]] for each in same]
    meant = [vectors[each["question_1"]] for each in same]
    near = [vectors[each["question_2"]] for each in pairs if each["label"] == 0]
    return tuple(np.array([*rows, *more]) for rows, more in zip((asked, meant, near), own_sets))  # type: ignore[return-value]


def trained(asked: Any, meant: Any, near: Any) -> Any:
    """The mean of the matrices that several seeds give."""
    return np.mean([_train(asked, meant, near, seed) for seed in SEEDS], axis=0)


def _train(asked: Any, meant: Any, near: Any, seed: int) -> Any:
    random, size = np.random.default_rng(seed), asked.shape[1]
    matrix, first, second = np.eye(size), np.zeros((size, size)), np.zeros((size, size))
    others = np.concatenate([meant, near])
    for step in range(1, STEPS + 1):
        rows = random.choice(len(asked), min(BATCH, len(asked)), replace=False)
        one, one_long = _unit(asked[rows] @ matrix)
        many, many_long = _unit(others @ matrix)
        logits = one @ many.T / TEMPERATURE
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(rows)), rows] -= 1
        chances /= TEMPERATURE * len(rows)
        at_one, at_many = chances @ many, chances.T @ one
        at_one = (at_one - (at_one * one).sum(axis=1, keepdims=True) * one) / one_long
        at_many = (at_many - (at_many * many).sum(axis=1, keepdims=True) * many) / many_long
        slope = asked[rows].T @ at_one + others.T @ at_many + PULL * (matrix - np.eye(size))
        # Adam (Kingma and Ba, 2015).
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        matrix = matrix - RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return matrix


def _unit(rows: Any) -> tuple[Any, Any]:
    long = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / long, long


def cosine(pair: Any, vectors: Any, matrix: Any) -> float:
    """How near the two questions of a pair are."""
    one, other = (_unit(vectors[pair[name]] @ matrix)[0] for name in ("question_1", "question_2"))
    return float(one @ other)


def validate(pairs: Sequence[Any], vectors: Any, own_sets: Sequence[Any]) -> None:
    """Prints recall and AUC of pairs that the matrix was not trained on."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold

    names = sorted({each["question_1"] for each in pairs})
    archive = names + sorted({each["question_2"] for each in pairs if each["label"] == 0} - set(names))
    groups = [names.index(each["question_1"]) for each in pairs]
    labels = [each["label"] for each in pairs]
    print(f"{len(pairs)} pairs, {len(archive)} questions in the archive")
    for kind in ("model alone", "with the matrix"):
        found, cosines = [], np.zeros(len(pairs))
        for train, test in GroupKFold(FOLDS).split(pairs, groups=groups):
            matrix = np.eye(len(own_sets[0][0]))
            if kind != "model alone":
                matrix = trained(*joined([pairs[each] for each in train], vectors, own_sets))
            known, _ = _unit(np.array([vectors[each] for each in archive]) @ matrix)
            for each in test:
                cosines[each] = cosine(pairs[each], vectors, matrix)
                if pairs[each]["label"] == 1:
                    asked = pairs[each]["question_2"]
                    scores = known @ _unit(vectors[asked] @ matrix)[0]
                    if asked in archive:
                        scores[archive.index(asked)] = -1
                    found.append(archive[int(scores.argmax())] == pairs[each]["question_1"])
        print(f"{kind:16} recall@1 {np.mean(found):.4f}   pair AUC {roc_auc_score(labels, cosines):.4f}")


def fit_probability(pairs: Sequence[Any], vectors: Any, matrix: Any) -> dict[str, Any]:
    """The regressions with meaning and by letters alone, and the probability from which an entry answers.

    That is where three quarters of the questions of the set that the archive can answer are answered.
    """
    from sklearn.linear_model import LogisticRegression

    labels = [each["label"] for each in pairs]
    near = np.array([[cosine(each, vectors, matrix)] for each in pairs])
    shared = np.array([[shared_letters(each["question_1"], each["question_2"])] for each in pairs])
    by_meaning, by_letters = LogisticRegression(C=10).fit(near, labels), LogisticRegression(C=10).fit(shared, labels)
    same = [row for row, label in zip(near, labels) if label]
    answers_from = float(np.quantile(by_meaning.predict_proba(same)[:, 1], 0.2))
    return {
        "with_meaning": {"bias": _round(by_meaning.intercept_[0]), "meaning": _round(by_meaning.coef_[0][0])},
        "by_words": {"bias": _round(by_letters.intercept_[0]), "letters": _round(by_letters.coef_[0][0])},
        "findings": FINDINGS,
        "answers_from": round(answers_from, 2),
        "related_from": RELATED_FROM,
    }


def _round(value: float) -> float:
    return round(float(value), 4)


if __name__ == "__main__":
    main()
