"""Question and text read together: the packaged cross-encoder, the only importer of onnxruntime."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.packaged import CROSS_ENCODER

LONGEST = 256  # tokens of question and text together
BATCH = 8


def scores(question: str, sentences: Sequence[str]) -> NDArray[np.float64]:
    """How likely each sentence answers the question, shape (len(sentences),): logits.

    The model is that of Nogueira and Cho 2019 (arXiv:1901.04085), trained on MS MARCO; its biases were trained further,
    to tell an answer from what is merely relevant (eval/train_reranker.py).

    Raises:
        ModelError: the package with the weights is missing, or its bytes are not the ones that were measured.
    """
    return _read(question, sentences, trained=True)


def relevance(question: str, passages: Sequence[str]) -> NDArray[np.float64]:
    """How relevant each passage is to the question, shape (len(passages),): logits of the model as it is packaged.

    Raises:
        ModelError: as `scores` does.
    """
    return _read(question, passages, trained=False)


def _read(question: str, texts: Sequence[str], *, trained: bool) -> NDArray[np.float64]:
    tokenizer, session, _ = _loaded(trained)
    encoded = tokenizer.encode_batch([(question, text) for text in texts])
    found = np.zeros(len(texts))
    by_length = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))  # little padding
    for first in range(0, len(texts), BATCH):
        rows = by_length[first : first + BATCH]
        longest = len(encoded[rows[-1]].ids)
        table = np.zeros((3, len(rows), longest), np.int64)
        for at, row in enumerate(rows):
            read = encoded[row]
            table[:, at, : len(read.ids)] = read.ids, read.attention_mask, read.type_ids
        names = ("input_ids", "attention_mask", "token_type_ids")
        found[rows] = session.run(None, dict(zip(names, table, strict=True)))[0][:, 0]
    return found


@lru_cache(maxsize=2)
def _loaded(with_biases: bool) -> tuple[Any, Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    file = CROSS_ENCODER.path
    weights = file.read_bytes()
    if (found := hashlib.sha256(weights).hexdigest()) != CROSS_ENCODER.sha256:
        raise ModelError(f"{file} is not the expected file (SHA-256 {found}); run: {CROSS_ENCODER.cure}")
    tokenizer = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST, strategy="longest_first")
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the local model needs the cores
    with resources.files("qa").joinpath("rerank.npz").open("rb") as kept, np.load(kept) as trained:
        biases = [(name, trained[name].astype(np.float32)) for name in trained.files if with_biases]
    held = [(name, onnxruntime.OrtValue.ortvalue_from_numpy(values)) for name, values in biases]
    for name, value in held:  # in place of the ones in the file; they must live as long as the session
        options.add_initializer(name, value)
    return tokenizer, onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"]), held
