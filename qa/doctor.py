"""What is installed, configured and sound here, as builtins ready to print. Calls no host."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

from qa import __version__, models
from qa.config import Config, load, masked
from qa.errors import ConfigError, IndexBusy, IndexMissing, QAError
from qa.models import catalog
from qa.packaged import CROSS_ENCODER, EMBEDDER, PARSER

PACKAGED = {each.name: each for each in (EMBEDDER, CROSS_ENCODER, PARSER)}


def examine(*, deep: bool = False, heal: bool = False, **settings: Any) -> dict[str, Any]:
    """Everything at once; `problems` holds what is broken, a sentence each.

    Args:
        deep: read all weights again, instead of trusting what was noted when their hash last matched.
        heal: rebuild the vectors from the library before looking.
        settings: as for `config.load`.
    """
    problems: list[str] = []
    try:
        config = load(**settings)
    except ConfigError as error:
        problems.append(str(error))
        config = Config.model_construct()
    found: dict[str, Any] = {
        "versions": _versions(problems),
        "settings": _settings(config),
        "weights": weights(config, deep=deep),
        "index": _index(config, heal, problems),
        "answers": {
            "model": _answerer(config, problems),
            "fetching": "off" if config.offline else "allowed by `qa models fetch` and the page (off: QA_OFFLINE=1)",
        },
        "network": _hosts(config),
        "problems": problems,
    }
    problems += _damaged(found["weights"])
    return found


def weights(config: Config, *, deep: bool = False) -> dict[str, str]:
    """Every known set of weights with its state: verified, absent or damaged."""
    states = {name: each.state() for name, each in PACKAGED.items()}
    known = dict(catalog.WEIGHTS)
    for path in sorted((config.cache / "hf").rglob("*.gguf")):
        repo, *rest = path.relative_to(config.cache / "hf").parts
        name = f"hf:{repo.replace('--', '/', 1)}/{'/'.join(rest)}"
        if fetched := catalog.named(name):
            known[name] = fetched
    for name, each in known.items():
        path = catalog.place(each, config)
        if not path.is_file():
            states[name] = "absent"
        else:
            states[name] = "verified" if catalog.verify(path, each, force=deep) else "damaged"
    return states


def _damaged(states: dict[str, str]) -> Iterator[str]:
    """What is wrong with weights that are needed, or were fetched: a sentence each."""
    for name, state in states.items():
        if state == "damaged" or (state == "absent" and name in PACKAGED):
            cure = PACKAGED[name].cure if name in PACKAGED else f"qa models fetch {name}"
            yield f"{name} {'is missing' if state == 'absent' else 'does not match its hash'}; run: {cure}"


def _versions(problems: list[str]) -> dict[str, str]:
    """The versions of everything that qa declares; what only an extra needs may be missing."""
    versions = {"qa": __version__, "python": platform.python_version()}
    try:
        declared = metadata.requires("qa") or []
    except metadata.PackageNotFoundError:
        return {**versions, "others": "not checked: qa is not installed; run: pip install -e ."}
    for requirement in declared:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        extra = re.search(r"extra == ['\"](\w+)", requirement)
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "missing" + (f"; run: pip install 'qa[{extra[1]}]'" if extra else "")
            problems += [] if extra else [f"{name} is missing; run: pip install {name}"]
    return versions


def _settings(config: Config) -> dict[str, str]:
    """Every variable with the value in force; keys and passwords are masked."""
    return {f"QA_{name.upper()}": masked(str(getattr(config, name))) for name in Config.model_fields}


def _index(config: Config, heal: bool, problems: list[str]) -> dict[str, str]:
    from qa.embed import identity
    from qa.library import Library
    from qa.split import SPLITTER
    from qa.sync import check
    from qa.sync import heal as rebuild

    found = {"folder": str(config.index)}
    try:
        if heal:
            rebuild(config)
        library = Library(config.index)
        sources, built = library.documents(), library.built()
        found["documents"], found["passages"] = str(len(sources)), str(sum(source.passages for source in sources))
        found |= {name: built.get(name, "?") for name in ("embedder", "splitter", "schema")}
        library.verify(embedder=identity(config.embedder), splitter=SPLITTER)
        faults = check(config)
        problems += [f"index: {fault}" for fault in faults]
        found["state"] = "damaged" if faults else "sound"
    except IndexMissing as error:
        found["state"] = f"none yet: {error}"
    except IndexBusy as error:
        found["state"] = f"not checked: {error}"
    except QAError as error:
        problems.append(f"index: {error}")
        found["state"] = "cannot be used"
    return found


def _answerer(config: Config, problems: list[str]) -> str:
    try:
        return models.load(config).name
    except QAError as error:
        problems.append(f"model: {masked(str(error))}")
        return "none"


def _hosts(config: Config) -> list[str]:
    """The hosts that this configuration may call: the model's, and the Chroma server's."""
    hosts = [urlsplit(config.chroma_url).netloc.rpartition("@")[2]] if config.chroma_url else []
    with suppress(QAError):  # a model that cannot be used calls nobody; `_answerer` says what is wrong with it
        hosts = [*models.describe(config), *hosts]
    return hosts
