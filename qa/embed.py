"""Text to unit vectors by sentence-transformers, for whole passages and for each of their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.packaged import EMBEDDER
from qa.types import Span

Vectors = NDArray[np.float32]
BATCH = 32


class Encoded(NamedTuple):
    """The vector of a passage, shape (dimension,), and of its sentences, shape (sentences, dimension)."""

    vector: Vectors
    sentences: Vectors


class Embedder(Protocol):
    """Whatever turns text into unit vectors; `name` is the identity that the index stores."""

    name: str
    dimension: int

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Questions as vectors, shape (len(texts), dimension)."""
        ...

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Encoded]:
        """Passages and their sentences as vectors; `spans` are sentence offsets within each text."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: the packaged MiniLM by default, else a folder or the name of a model on disk.

    Sentence vectors are pooled from the tokens of the whole passage, so a sentence is read in its context and costs no
    second pass ("late chunking", Günther et al. 2024, arXiv:2409.04701). Models that do not pool by the mean, or that
    want a prompt before documents, have their sentences encoded one by one instead.

    Raises:
        ModelError: no such model on this machine.
    """

    def __init__(self, name: str = EMBEDDER.name) -> None:
        self.name = identity(name)
        self._model = _load(name)
        self.dimension = int(self._model.get_embedding_dimension())
        self._late = _pools_by_mean(self._model)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Questions as unit vectors, shape (len(texts), dimension), float32."""
        return self._model.encode_query(list(texts), normalize_embeddings=True, show_progress_bar=False)

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Encoded]:
        """One `Encoded` a text; `spans` are sentence offsets within each text."""
        with _bfloat16():
            if self._late:
                outputs = self._model.encode(
                    list(texts), batch_size=BATCH, output_value=None, normalize_embeddings=True, show_progress_bar=False
                )
                return [self._pooled(*row) for row in zip(texts, spans, outputs, strict=True)]
            return self._one_by_one(texts, spans)

    def _pooled(self, text: str, spans: Sequence[Span], output: dict[str, Any]) -> Encoded:
        tokens = output["token_embeddings"].float().numpy()
        offsets = self._model.tokenizer(
            text, return_offsets_mapping=True, truncation=True, max_length=self._model.max_seq_length
        )["offset_mapping"]
        ends = np.array(offsets)
        tokens = tokens[: len(ends)]  # the rest is padding to the longest text of the batch
        whole = _unit(output["sentence_embedding"].float().numpy())
        rows = [tokens[(ends[:, 0] >= start) & (ends[:, 1] <= end) & (ends[:, 1] > ends[:, 0])] for start, end in spans]
        # A sentence beyond the model's window has no tokens: its passage must speak for it.
        return Encoded(whole, np.stack([_unit(row.mean(0)) if len(row) else whole for row in rows]))

    def _one_by_one(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Encoded]:
        flat = [text[start:end] for text, own in zip(texts, spans, strict=True) for start, end in own]
        options = {"batch_size": BATCH, "normalize_embeddings": True, "show_progress_bar": False}
        whole = self._model.encode_document(list(texts), **options)
        parts = iter(self._model.encode_document(flat, **options))
        return [Encoded(vector, np.stack([next(parts) for _ in own])) for vector, own in zip(whole, spans, strict=True)]


def identity(name: str) -> str:
    """The name that an index remembers: the packaged model has one, however it is spelled."""
    short = name.removeprefix("sentence-transformers/")
    return short if short == EMBEDDER.name else name


def _load(name: str) -> Any:
    import sentence_transformers
    from huggingface_hub import constants
    from transformers.utils import logging

    logging.disable_progress_bar()  # a second is no time to watch, and the terminal is for answers
    where = str(EMBEDDER.path.parent) if identity(name) == EMBEDDER.name else name
    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True  # no host is called for an embedder
    try:
        return sentence_transformers.SentenceTransformer(where, device=_device(), local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"embedder {name!r} is not on this machine ({error}); "
            f"give the folder of a sentence-transformers model, or unset QA_EMBEDDER for {EMBEDDER.name}"
        ) from error
    finally:
        constants.HF_HUB_OFFLINE = before


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _pools_by_mean(model: Any) -> bool:
    pooling = [part for part in model if type(part).__name__ == "Pooling"]
    prompts = [text for text in model.prompts.values() if text]
    mean = bool(pooling) and pooling[0].get_config_dict().get("pooling_mode") == "mean"
    return mean and not prompts and model.tokenizer.is_fast and len(list(model)) <= 3


def _bfloat16() -> Any:
    """Half precision where the processor has matrix units for it (2.7 times as fast there, slower elsewhere)."""
    import torch

    has_units = torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_units)


def _unit(vector: Vectors) -> Vectors:
    return (vector / (np.linalg.norm(vector) or 1.0)).astype(np.float32)
