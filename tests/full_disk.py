"""By hand: an index on a small file system of its own meets the full disk at 20 points, read by who had it open and by
who opens it then; after each, room is made again.

    unshare -Urm sh -c 'mount -t tmpfs -o size=24m tmpfs DISK && PYTHONPATH=. python tests/full_disk.py DISK OUTSIDE'
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from test_sync import assert_sound, content, edit, run

from qa.assistant import Assistant
from qa.config import Config, load
from qa.errors import QAError
from qa.library import Library
from qa.models.quote import Quote
from qa.testing import HashEmbedder, corpus

POINTS = 20


def fill(disk: Path, left: int) -> Path:
    """A file that leaves `left` bytes of the file system."""
    rest = os.statvfs(disk)
    stop = disk / "filler"
    with stop.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, rest.f_bavail * rest.f_bsize - left)
    return stop


def opened(config: Config) -> Assistant:
    return Assistant(config, embedder=HashEmbedder(), answerer=Quote())


def ask(assistant: Assistant) -> str:
    """ "answers", or the error."""
    try:
        answered = assistant.ask("How much would the repairs of the bridge cost?").answer.answered
    except QAError as error:
        return str(error)
    assert answered
    return "answers"


def main(disk: Path, outside: Path) -> None:
    """Prints what happened at each point; any assertion that fails ends it."""
    small = {"min_confidence": 0.01, "embedder": "hash-64"}
    before, clean = outside / "before", outside / "clean"
    run(corpus(before), load(index=before / "index", **small))
    acknowledged = {source.id for source in Library(before / "index").documents()}
    shutil.copytree(before, clean)
    edit(clean / "documents")
    harbour = " ".join(f"The harbour of Elmford had {n} ships in its {n}th year." for n in range(300))
    (clean / "documents" / "harbour.txt").write_text(harbour)
    shutil.copytree(clean, changed := outside / "changed")
    run(clean / "documents", load(index=clean / "index", **small))
    expected = content(load(index=clean / "index"))
    need = sum(path.stat().st_size for path in (clean / "index").rglob("*") if path.is_file())
    for at in range(POINTS):
        root, config = disk / str(at) / "documents", load(index=disk / str(at) / "index", **small)
        shutil.copytree(changed, disk / str(at))
        reader = opened(config)
        assert ask(reader) == "answers"
        stop, said = fill(disk, 2 * need * at // POINTS), "taken in"
        try:
            run(root, config)
        except QAError as error:
            said = str(error)
        held = {source.id for source in Library(config.index).documents()}
        assert acknowledged - held <= {"science/bees.html", "science/scripts.txt"}  # which the edit removes
        print(at, said[:200], ask(reader), ask(opened(config)), sep=" | ", flush=True)
        stop.unlink()
        run(root, config)
        assert content(config) == expected
        assert_sound(config)
        shutil.rmtree(disk / str(at))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
