"""Trains qa/rerank.npz, the biases with which the packaged cross-encoder tells an answer from what is merely relevant.

    pip install onnx
    python -m eval.train_reranker --data DIR

DIR holds `xquad_en` and `chunk_eval` in the schema of eval/README.md. Only biases and layer norms are trained, so that
the packaged weights stay as they are: BitFit, Ben Zaken et al. 2022 (arXiv:2106.10199). A question is shown with a
sentence that answers it, with sentences found for it that do not, and, where it names something, as a near miss: with
another name or number in that place, which the same sentence does not answer. A third of the articles of
`xquad_en` are left for eval/train_evidence.py, which learns how far to trust the scores.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from eval.train_evidence import Sample, collect
from qa import evidence, rerank, words
from qa.packaged import CROSS_ENCODER

WRONG = 3  # sentences that do not answer, for each that does
NEAR = 0.5  # share of questions that are also asked as a near miss
BATCH, EPOCHS, RATE = 4, 2.0, 2e-3  # questions, rounds over all of them, highest learning rate
FROZEN = 4  # layers below that stay as they are
LONGEST = 96  # tokens
OUT = Path(rerank.__file__).with_suffix(".npz")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")

Pairs = list[tuple[str, str, float]]  # question, sentence, whether it answers


def main(
    data: Annotated[Path, typer.Option(help="folder of the public sets")],
    cache: Annotated[Path, typer.Option(help="where their indexes are kept")] = Path("eval/out/cache"),
) -> None:
    """Train, say how well questions held out are answered before and after, and write the biases."""
    import torch

    random.seed(0)
    torch.manual_seed(0)
    held = list(collect(data / "xquad_en", cache, 200, held=True, apart=False))
    taught = [*collect(data / "xquad_en", cache, 0, held=False, apart=False)]
    taught += collect(data / "chunk_eval", cache, 0, apart=False)
    model, tokenizer = restored()
    print(f"before: {report(model, tokenizer, held)}", flush=True)
    train(model, tokenizer, taught)
    print(f"after: {report(model, tokenizer, held)}")
    trained = {name: p.detach().numpy() for name, p in model.named_parameters() if p.requires_grad}
    np.savez_compressed(OUT, **{name: values.astype(np.float16) for name, values in trained.items()})


def restored() -> tuple[Any, Any]:
    """The packaged cross-encoder with its int8 weights as float32, for torch, and its tokenizer."""
    import onnx
    import torch
    from onnx import numpy_helper
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    graph = onnx.load(CROSS_ENCODER.path).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = {name: array for name, array in held.items() if name.startswith(("bert.", "classifier."))}

    def plain(name: str) -> np.ndarray:
        points, scale = held[f"{name}_zero_point"].astype(np.float32), held[f"{name}_scale"]
        return (held[f"{name}_quantized"].astype(np.float32) - points) * scale

    for kind in ("word", "position", "token_type"):
        name = f"bert.embeddings.{kind}_embeddings.weight"
        found[name] = plain(name)
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in held:
            place = re.sub(r"/(?:Gemm_)?MatMul.*", "", node.name).strip("/").replace("/", ".")
            found[f"{place}.weight"] = plain(node.input[1].removesuffix("_quantized")).T
    shape = BertConfig(hidden_size=384, num_hidden_layers=12, intermediate_size=1536)
    shape.num_labels = 1
    model = BertForSequenceClassification(shape)
    wanted = {name: torch.tensor(np.array(found[name])) for name in model.state_dict()}
    model.load_state_dict(wanted)
    return model, AutoTokenizer.from_pretrained(CROSS_ENCODER.path.parent)


def train(model: Any, tokenizer: Any, samples: Sequence[Sample]) -> None:
    """Fit the biases and layer norms above the frozen layers to the samples."""
    import torch
    from rich.progress import track

    for name, parameter in model.named_parameters():
        layer = re.search(r"layer\.(\d+)\.", name)
        free = bool(layer and int(layer[1]) >= FROZEN) or name.startswith(("bert.pooler", "classifier"))
        parameter.requires_grad = free and ("bias" in name or "LayerNorm" in name)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.01)
    batches = list(_batches(samples))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=len(batches), pct_start=0.1)
    model.train()
    for batch in track(batches, "training"):
        right = torch.tensor([answers for *_, answers in batch])
        weight = torch.where(right > 0, WRONG / 2, 1.0)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(_logits(model, tokenizer, batch), right, weight)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()


def _batches(samples: Sequence[Sample]) -> Iterator[Pairs]:
    things: dict[str, set[str]] = {}
    for sample in samples:
        things.setdefault(sample.article, set()).update(_things(sample.question.text))
    order = [s for _ in range(int(EPOCHS)) for s in random.sample(samples, len(samples)) if s.right.any()]
    for first in range(0, len(order), BATCH):
        yield [pair for sample in order[first : first + BATCH] for pair in _pairs(sample, things[sample.article])]


def _pairs(sample: Sample, things: set[str]) -> Pairs:
    """What is learned from one question; `things` are the names and numbers of all questions on its article."""
    listed = evidence.shortlist(evidence.scorers()["glance"], sample.features)
    question, right = sample.question.text, random.choice(np.flatnonzero(sample.right))
    wrong = [i for i in listed if not sample.right[i]]
    answer = sample.candidates[right].text
    found = [(question, answer, 1.0)]
    found += [(question, sample.candidates[i].text, 0.0) for i in random.sample(wrong, min(WRONG, len(wrong)))]
    if random.random() < NEAR and (miss := near_miss(question, answer, things)):
        found.append((miss, answer, 0.0))
    return found


def near_miss(question: str, answer: str, things: set[str]) -> str | None:
    """The question with another of those names or numbers in the place of one that the answer holds too; None where
    there is none."""
    held, asked = set(words.stems(answer)), set(words.stems(question))
    for thing in _things(question):
        kind = bool(_NUMBER.fullmatch(thing))
        others = [other for other in sorted(things) if bool(_NUMBER.fullmatch(other)) == kind]
        fit = [other for other in others if not set(words.stems(other)) & (held | asked)]
        if fit and set(words.stems(thing)) <= held:
            return question.replace(thing, random.choice(fit), 1)
    return None


def _things(question: str) -> list[str]:
    return [n for n in words.names(question) if not words.time_words(n)] + _NUMBER.findall(question)


def _logits(model: Any, tokenizer: Any, pairs: Pairs) -> Any:
    questions, sentences = [question for question, *_ in pairs], [sentence for _, sentence, _ in pairs]
    cut = {"truncation": "only_second", "max_length": LONGEST}
    return model(**tokenizer(questions, sentences, return_tensors="pt", padding=True, **cut)).logits[:, 0]


def report(model: Any, tokenizer: Any, samples: Sequence[Sample]) -> str:
    """Hit@1 of the sentences as the cross-encoder alone orders them, and AUROC of the right against the wrong ones."""
    import torch
    from sklearn.metrics import roc_auc_score

    model.eval()
    hits, scores, known = [], [], []
    for sample in samples:
        listed = evidence.shortlist(evidence.scorers()["glance"], sample.features)
        asked: Pairs = [(sample.question.text, sample.candidates[i].text, 0.0) for i in listed]
        with torch.no_grad():
            found = _logits(model, tokenizer, asked).numpy()
        hits.append(sample.right[listed][found.argmax()])
        scores += found.tolist()
        known += sample.right[listed].tolist()
    return f"n={len(hits)}, hit@1 {np.mean(hits):.3f}, AUROC of a sentence {roc_auc_score(known, scores):.3f}"


if __name__ == "__main__":
    typer.run(main)
