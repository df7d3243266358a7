"""What a run leaves behind: `report.json` for programs, `report.html` for people (one file, opens offline)."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval import metrics
from eval.metrics import Figure
from eval.score import LABELS, Comparison, Row, Scored, compare, figures, kinds, outcome, risks, speed, stage, table

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito, safe for colour blindness
INK = "#010203"  # stands for the page's own text colour, light or dark
SHOWN = 1200  # replies listed on the page; wrong ones first
WORST = 20
Chart = tuple[str, str]  # title, SVG


def provenance() -> dict[str, Any]:
    """The commit, date and machine of a run."""
    import qa

    changed = "+changes" if _git("status", "--porcelain", "-uno") else ""
    return {
        "commit": _git("rev-parse", "--short=12", "HEAD") + changed,
        "qa": qa.__version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }


def _git(*arguments: str) -> str:
    try:
        here = Path(__file__).parent
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, cwd=here)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def summary(scored: Scored, meta: Mapping[str, Any]) -> dict[str, Any]:
    """The report as JSON-ready builtins."""
    names = list(scored.rows)
    found: dict[str, Any] = {"meta": dict(meta), "systems": {}, "versus": {}, "errors": []}
    for name in names:
        found["systems"][name] = {
            "figures": figures(scored, name),
            "kinds": kinds(scored, name),
            "speed": speed(scored, name),
            "rows": table(scored, name),
        }
    for rival in names[1:]:
        found["versus"][rival] = compare(table(scored, names[0]), table(scored, rival))
    found["errors"] = [{"system": e.system, "case": e.case, "error": e.error} for e in scored.errors]
    return found


def write(report: Mapping[str, Any], scored: Scored, out: Path, names: Mapping[str, str]) -> None:
    """Writes both files into `out`; `names` leads from a document in the index to the set's own id."""
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, default=str) + "\n", encoding="utf-8")
    (out / "report.html").write_text(page(report, scored, names), encoding="utf-8")


def page(report: Mapping[str, Any], scored: Scored, names: Mapping[str, str]) -> str:
    """The page. Everything that comes from documents, questions or models is escaped by the template."""
    import jinja2

    systems = list(scored.rows)
    cards = [_card(row, names) for row in scored.rows.get(systems[0], [])] if systems else []
    cards.sort(key=lambda card: (-card["fault"], card["id"]))
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        systems=systems,
        table=_headline(report, systems),
        charts=charts(report, scored),
        worst=[card for card in cards if card["fault"] > 0][:WORST],
        cards=cards[:SHOWN],
        total=len(cards),
        stages=Counter(card["stage"] for card in cards if card["stage"]).most_common(),
        outcomes=Counter(card["outcome"] for card in cards),
        kinds=sorted({card["kind"] for card in cards}),
        label=lambda metric: LABELS[metric][0],
    )


def shown(name: str, value: Figure | Sequence[float]) -> str:
    """A figure as people read it: a percentage, unless it is a size or a speed."""
    unit = LABELS[name][1]
    return f"{value[0]:.2f}" if unit == "speed" else f"{value[0]:.1f}" if unit == "length" else f"{100 * value[0]:.1f}"


def bounds(name: str, value: Figure | Sequence[float]) -> str:
    """The interval of a figure in the same unit, and over how many rows."""
    low, high = (shown(name, (bound,)) for bound in value[1:3])
    return f"{low}–{high}, n={value[3]:.0f}" if low != high else f"n={value[3]:.0f}"


def _headline(report: Mapping[str, Any], systems: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for name, (label, group) in LABELS.items():
        cells = [report["systems"][system]["figures"].get(name) for system in systems]
        if any(cells):
            told = [(shown(name, cell), bounds(name, cell)) if cell else ("–", "") for cell in cells]
            found.append({"label": label, "group": group, "cells": told})
    return found


def _card(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    case, given = row.case, row.given
    ended, sure = outcome(case, given), given.confidence
    bad = ended in {"wrong", "refused wrongly", "answered what is not there"}
    gold = dict.fromkeys((names.get(g.document, g.document), g.quote) for g in case.evidence)
    return {
        "id": case.id, "question": case.question, "kind": case.kind, "outcome": ended, "stage": stage(case, given),
        "history": [q for q, _ in case.history], "standalone": given.standalone, "confidence": f"{sure:.2f}",
        "expected": case.answers or (("(in the evidence)" if case.answerable else "(no answer in the documents)"),),
        "given": given.text if given.answered else f"(refused) {given.text}",
        "gold": [(document, _marked(quote, case.answers)) for document, quote in list(gold)[:6]],
        "cited": [(n, names.get(d, d), _marked(q[:1500], case.answers)) for n, d, _, _, q in given.citations],
        # The worst are those that were surest of what is wrong.
        "fault": ((1 - sure if ended == "refused wrongly" else sure) + 1e-6) if bad else 0.0,
    }  # fmt: skip


def _marked(text: str, answers: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in pieces, with whether each is an accepted answer."""
    known = sorted((a for a in answers if len(a.split()) <= 12), key=len, reverse=True)
    if not known:
        return [(text, False)]
    pieces = re.split("(" + "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in known) + ")", text, flags=re.I)
    return [(piece, bool(i % 2)) for i, piece in enumerate(pieces) if piece]


def charts(report: Mapping[str, Any], scored: Scored) -> list[Chart]:
    """The charts as inline SVG, in the page's text colour."""
    if find_spec("matplotlib") is None:  # hours of replies must not be lost for want of a chart
        return []
    import matplotlib

    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    for part in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"):
        style[part] = INK
    with matplotlib.rc_context(style):
        drawn = [
            ("Right replies by kind of question, %", _by_kind(report)),
            ("Risk and coverage: wrong among the surest share, %", _risk(scored)),
            ("Seconds of each stage, median and 95th percentile", _stages(report)),
            ("Ours minus each rival on the same questions, points", _versus(report)),
        ]
    return [(title, svg) for title, svg in drawn if svg]


def _axes(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots()


def _svg(canvas: Any) -> str:
    out = io.StringIO()
    canvas.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = re.sub(r"<metadata>.*?</metadata>", "", out.getvalue(), flags=re.S)
    return svg[svg.index("<svg") :].replace(INK, "currentColor")


def _by_kind(report: Mapping[str, Any]) -> str:
    systems = report["systems"]
    names = sorted({kind for one in systems.values() for kind in one["kinds"]})
    if not names:
        return ""
    canvas, axes = _axes(7.5, 0.8 + len(names) * (0.16 + 0.14 * len(systems)))
    for i, (system, one) in enumerate(systems.items()):
        at = [row + 0.8 * (i + 0.5) / len(systems) - 0.4 for row, kind in enumerate(names) if kind in one["kinds"]]
        found = [Figure(*one["kinds"][kind]) for kind in names if kind in one["kinds"]]
        values = [100 * one.value for one in found]
        errors = [[100 * (one.value - one.low) for one in found], [100 * (one.high - one.value) for one in found]]
        look = {"color": COLOURS[i % len(COLOURS)], "error_kw": {"ecolor": INK, "lw": 0.8, "capsize": 1.5}}
        axes.barh(at, values, 0.75 / len(systems), xerr=errors, label=system, **look)
    counts = [next(one["kinds"][kind][3] for one in systems.values() if kind in one["kinds"]) for kind in names]
    axes.set_yticks(range(len(names)), [f"{kind} ({n})" for kind, n in zip(names, counts, strict=True)])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.4, -0.04), ncols=4)
    return _svg(canvas)


def _risk(scored: Scored) -> str:
    canvas, axes = _axes(6, 3.6)
    for i, (system, rows) in enumerate((name, rows) for name, rows in scored.rows.items() if rows):
        coverage, risk = metrics.risk_coverage(*risks(rows))
        step = max(1, len(rows) // 300)
        axes.plot(100 * coverage[::step], 100 * risk[::step], label=system, color=COLOURS[i % len(COLOURS)])
        answered = sum(row.given.answered for row in rows)
        if 0 < answered < len(rows):
            axes.plot(100 * coverage[answered - 1], 100 * risk[answered - 1], "o", color=COLOURS[i % len(COLOURS)])
    axes.set(xlabel="coverage, % (the dot: as many as it answers)", ylabel="wrong, %", xlim=(0, 100), ylim=(0, None))
    axes.legend(frameon=False)
    return _svg(canvas)


def _stages(report: Mapping[str, Any]) -> str:
    rows = [
        (f"{system}: {name}", *one[:2]) for system, s in report["systems"].items() for name, one in s["speed"].items()
    ]
    if not rows:
        return ""
    canvas, axes = _axes(6, 0.7 + 0.22 * len(rows))
    at = range(len(rows))
    axes.hlines(at, [row[1] for row in rows], [row[2] for row in rows], color=COLOURS[0], lw=3, alpha=0.4)
    axes.plot([row[1] for row in rows], at, "o", color=COLOURS[0], ms=5, label="median")
    axes.plot([row[2] for row in rows], at, "|", color=COLOURS[1], ms=9, label="95th percentile")
    axes.set_yticks(at, [row[0] for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.legend(frameon=False)
    return _svg(canvas)


def _versus(report: Mapping[str, Any]) -> str:
    shown_metrics = ("right", "sentence_hit@1", "ndcg@10", "answer_bearing", "evidence_f1")
    rows = [
        (rival, Comparison(*c)) for rival, found in report["versus"].items() for c in found if c[0] in shown_metrics
    ]
    if not rows:
        return ""
    canvas, axes = _axes(7, 0.7 + 0.24 * len(rows))
    for i, (_, one) in enumerate(rows):
        colour = INK if one.verdict == "inside the noise" else COLOURS[2] if one.verdict == "better" else COLOURS[1]
        low, value, high = (100 * bound for bound in (one.difference[1], one.difference[0], one.difference[2]))
        axes.hlines(i, low, high, color=colour, lw=1.5)
        axes.plot(value, i, "o", color=colour, ms=5)
    axes.axvline(0, color=INK, lw=0.6)
    axes.set_yticks(range(len(rows)), [f"{LABELS[one.metric][0]} − {rival}" for rival, one in rows])
    axes.invert_yaxis()
    return _svg(canvas)


def lines(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The headline table for the terminal: a label, and a cell for each system."""
    found = _headline(report, list(report["systems"]))
    return [(one["label"], [f"{value} ({more})" if more else value for value, more in one["cells"]]) for one in found]


def told(one: Comparison) -> str:
    """A comparison as a sentence."""
    delta = one.difference
    p = "" if one.p is None else f", p={one.p:.3f}"
    points = f"{100 * delta.value:+.1f} points [{100 * delta.low:+.1f}, {100 * delta.high:+.1f}], n={delta.n}"
    return f"{LABELS[one.metric][0]}: {one.verdict}, {points} (won {one.won}, lost {one.lost}{p})"
