"""`python -m eval`: one command from questions to a report."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from eval import adapter, cases, claims, report, score
from eval.run import Log, run
from eval.score import Scored
from eval.systems import build
from qa.errors import QAError

OUT = Path(__file__).parent / "out"
BASELINE = Path(__file__).parent / "baseline.json"
GUARDED = ("right", "sentence_hit@1", "sentence_hit@5", "answer_bearing")
err = Console(stderr=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Plan(NamedTuple):
    """What to run."""

    data: Path | None
    model: str
    split: str
    kinds: tuple[str, ...]
    limit: int
    seed: int
    systems: tuple[str, ...]
    judge: str
    out: Path
    resume: bool


@app.command()
def main(  # noqa: PLR0913, PLR0917 (its arguments are the command's options)
    data: Annotated[
        Path | None, typer.Option(help="folder with docs.jsonl and questions.jsonl; else the seeds")
    ] = None,
    model: Annotated[str, typer.Option(help="who writes the answers, as for qa")] = "quote",
    split: Annotated[str, typer.Option(help="only this split: dev or test")] = "",
    kind: Annotated[list[str] | None, typer.Option(help="only this kind of question; may be repeated")] = None,
    limit: Annotated[int, typer.Option(min=0, help="a random sample of so many questions; 0 for all")] = 0,
    seed: Annotated[int, typer.Option(help="which sample")] = 0,
    systems: Annotated[
        str, typer.Option(help="ours,llamaindex,bm25,dense,paperqa: the first against the rest")
    ] = "ours",
    judge: Annotated[str, typer.Option(help="a model that judges citation support in place of shared words")] = "",
    out: Annotated[Path | None, typer.Option(help="folder of the results (default: eval/out/DATA-MODEL)")] = None,
    resume: Annotated[bool, typer.Option(help="go on with the run in --out")] = False,
    compare: Annotated[Path | None, typer.Option(help="report.json of another run to compare with")] = None,
    gate: Annotated[
        bool, typer.Option(help="fail where the seeds' dev split is worse than eval/baseline.json")
    ] = False,
    baseline: Annotated[bool, typer.Option(help="write eval/baseline.json from the seeds' dev split")] = False,
    claim: Annotated[bool, typer.Option("--claims", help="the data are labelled claims, as in WiCE")] = False,
) -> None:
    """Measures the answers: retrieval, answers, citations, refusals, speed; with rivals in the same run."""
    if gate or baseline:
        plan = Plan(None, "quote", "dev", (), 0, 0, ("ours",), "", out or OUT / "gate", False)
        raise typer.Exit(guard(plan, write=baseline))
    name = data.resolve().name if data else "seeds"
    where = out or OUT / f"{name}-{model}".replace("/", "_").replace(":", "-")
    plan = Plan(data, model, split, tuple(kind or ()), limit, seed, tuple(systems.split(",")), judge, where, resume)
    if claim or claims.is_claims(data):
        raise typer.Exit(check_claims(plan))
    try:
        result, _ = evaluate(plan)
    except (cases.Unusable, QAError) as error:
        err.print(str(error), markup=False)
        raise typer.Exit(2) from None
    show(result)
    if compare:
        against(result, compare)
    err.print(f"{where / 'report.html'}")
    raise typer.Exit(1 if result["errors"] else 0)


def evaluate(plan: Plan, embedder: Any = None) -> tuple[dict[str, Any], Scored]:
    """Runs a plan and writes its results; returns the report, and the scored rows behind it."""
    from qa.config import load

    found = cases.load(plan.data, OUT / "cache")
    chosen = cases.choose(found.cases, split=plan.split, kinds=plan.kinds, limit=plan.limit, seed=plan.seed)
    if not chosen:
        raise cases.Unusable(f"no question of {found.name} has split {plan.split!r} and kind {plan.kinds!r}")
    config = load(model=plan.model, index=OUT / "cache" / f"{found.name}-{found.corpus_hash}" / "index")
    embedder = embedder or adapter.embedder(config)
    with _progress() as step:
        ask = adapter.assistant(found.folder, config, embedder, lambda p: step(f"index: {p.stage}", p.done, p.total))
        corpus = adapter.corpus(ask)
        texts, sentences = {id: one.text for id, one in corpus.documents.items()}, corpus.sentences()
        located = [cases.locate(case, texts, sentences) for case in chosen]
        meta = _meta(plan, found, len(chosen), ask, embedder)
        meta["evidence_not_found"] = sum(
            bool(a.evidence) > bool(b.evidence) for a, b in zip(chosen, located, strict=True)
        )
        log = Log(plan.out / "answers.jsonl", {k: v for k, v in meta.items() if k not in _CHANGING}, resume=plan.resume)
        results = run(located, build(plan.systems, ask, corpus, embedder), log, step)
        judge = adapter.judged_by(plan.judge) if plan.judge else None
        scored = score.score(located, results, corpus.documents, judge)
        result = report.summary(scored, meta)
        report.write(result, scored, plan.out, found.names)
    return result, scored


_CHANGING = {"commit", "date", "machine", "judge"}  # may differ when a run goes on


def _meta(plan: Plan, found: cases.Dataset, questions: int, ask: Any, embedder: Any) -> dict[str, Any]:
    return {
        "data": found.name,
        "corpus": found.corpus_hash,
        "questions_file": found.questions_hash,
        "questions": questions,
        "split": plan.split,
        "kinds": list(plan.kinds),
        "limit": plan.limit,
        "seed": plan.seed,
        "systems": list(plan.systems),
        "model": ask.answerer.name,
        "embedder": embedder.name,
        "judge": plan.judge,
        "settings": adapter.settings(ask.config),
        **report.provenance(),
    }


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar with the time left, on the terminal's error channel."""
    times = TimeElapsedColumn(), TimeRemainingColumn()
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *times, console=err) as bar:
        tasks: dict[str, Any] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield step


def show(result: dict[str, Any]) -> None:
    """The headline table, on standard output."""
    table = Table("", *result["systems"])
    for label, cells in report.lines(result):
        table.add_row(label, *cells)
    _print(table)
    for rival, found in result["versus"].items():
        typer.echo(f"against {rival}")
        for one in found:
            typer.echo(f"  {report.told(one)}")
    for one in result["errors"]:
        typer.echo(f"error: {one['system']}, {one['case']}: {one['error']}")


def against(result: dict[str, Any], other: Path) -> None:
    """Compares with another run's report, system by system, on the questions that both have."""
    earlier = json.loads(other.read_text(encoding="utf-8"))
    for name, one in result["systems"].items():
        if name in earlier["systems"]:
            typer.echo(f"{name} against {other} of {earlier['meta'].get('date', 'an unknown date')}")
            for line in score.compare(one["rows"], earlier["systems"][name]["rows"]):
                typer.echo(f"  {report.told(line)}")


def guard(plan: Plan, *, write: bool, path: Path = BASELINE, embedder: Any = None) -> int:
    """Runs the guarded questions; writes the baseline, or holds them against it and returns 1 where they got worse."""
    result, _ = evaluate(plan, embedder)
    rows = result["systems"]["ours"]["rows"]
    faults = [f"error: {one['case']}: {one['error']}" for one in result["errors"]]
    valid = result["systems"]["ours"]["figures"].get("valid")
    if valid and valid[0] < 1:
        faults.append("a citation is not at its offsets: every one must be")
    if write and not faults:
        kept = {id: {name: marks[name] for name in GUARDED if name in marks} for id, marks in rows.items()}
        meta = {name: result["meta"][name] for name in ("data", "corpus", "questions_file", "model", "embedder")}
        lines = ",\n".join(f"{json.dumps(id)}: {json.dumps(marks)}" for id, marks in kept.items())
        path.write_text(f'{{"meta": {json.dumps(meta)},\n"rows": {{\n{lines}\n}}}}\n', encoding="utf-8")
    elif not write:
        faults += worse(rows, json.loads(path.read_text(encoding="utf-8"))["rows"])
    for line in faults:
        typer.echo(line)
    return int(any(not line.startswith(" ") for line in faults))


def worse(rows: score.Table, before: score.Table) -> list[str]:
    """Every guarded metric that dropped beyond noise, and (indented) the questions that turned wrong."""
    found = score.compare(rows, before)
    drops = [report.told(one) for one in found if one.metric in GUARDED and one.verdict == "worse"]
    turned = [id for id in rows if id in before and rows[id]["right"][0] < before[id]["right"][0]]
    return drops + [f"  turned wrong: {id}" for id in turned]


def check_claims(plan: Plan) -> int:
    """Measures the claim checker on labelled claims."""
    assert plan.data
    rows: Sequence[Any] = claims.load(plan.data)
    if plan.limit and plan.limit < len(rows):
        rows = random.Random(plan.seed).sample(rows, plan.limit)
    done = 0
    with _progress() as step:

        def on_step() -> None:
            nonlocal done
            done += 1
            step("claims", done, len(rows) * len(claims.CHECKERS))

        found = claims.report(rows, on_step)
    plan.out.mkdir(parents=True, exist_ok=True)
    meta = {"data": plan.data.resolve().name, "claims": len(rows), **report.provenance()}
    (plan.out / "report.json").write_text(json.dumps({"meta": meta, "claims": found}) + "\n", encoding="utf-8")
    table = Table("%", *found)
    for name in next(iter(found.values())):
        cells = [one[name] for one in found.values()]
        table.add_row(name, *(f"{report.shown('auroc', cell)} ({report.bounds('auroc', cell)})" for cell in cells))
    _print(table)
    return 0


def _print(table: Table) -> None:
    """On standard output; a pipe has no width, so nothing is folded there."""
    console = Console()
    (console if console.is_terminal else Console(width=200)).print(table)


if __name__ == "__main__":
    app()
