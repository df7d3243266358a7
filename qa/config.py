"""One closed, typed configuration: defaults, then `QA_*` environment variables, then what the caller passes."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from qa.errors import ConfigError


class Config(BaseSettings):
    """Every setting of the program. Build it with `load()`, which turns mistakes into a `ConfigError`."""

    model_config = SettingsConfigDict(env_prefix="QA_", extra="forbid", frozen=True, env_ignore_empty=True)

    index: Path = Field(Path(".qa"), description="folder of the index")
    model: str = Field("auto", description="who writes the answer: auto, quote, local, openai:NAME, a URL …")
    embedder: str = Field("all-MiniLM-L6-v2", description="sentence-transformers model, by name or folder")
    chroma_url: str = Field("", description="address of a Chroma server; empty for the embedded one")
    offline: bool = Field(False, description="never fetch weights")
    cache: Path = Field(Path(platformdirs.user_cache_dir("qa")), description="folder of the fetched weights")
    base_url: str = Field("", description="address of the model's API, where it is not the vendor's own")
    api_key: SecretStr = Field(SecretStr(""), description="key of the model's API; the vendor's variable also works")
    timeout: float = Field(60, gt=0, description="seconds that one request to a model may take")
    retries: int = Field(2, ge=0, le=10, description="how often a request to a model is tried again")
    threads: int = Field(0, ge=0, description="threads of the local model; 0 for the physical cores")
    sentences: int = Field(3, ge=1, le=8, description="how many sentences an answer may quote")
    min_confidence: float = Field(0.55, ge=0, le=1, description="below this the answer is a refusal")
    host: str = Field("127.0.0.1", description="address the page listens on")
    port: int = Field(7860, ge=0, le=65535, description="port the page listens on; 0 for any free one")
    password: SecretStr = Field(SecretStr(""), description="asked for by the page; needed beyond this machine")


def masked(text: str) -> str:
    """`text` without the user and the password of any address in it."""
    return re.sub(r"//[^/@\s]*@", "//***@", text)


def load(**overrides: Any) -> Config:
    """The configuration in force: defaults < `QA_*` environment < `overrides` (None means not given).

    Raises:
        ConfigError: a setting, or a `QA_*` variable, is unknown or has a value that cannot be used.
    """
    known = Config.model_fields
    given = {name: value for name, value in overrides.items() if value is not None}
    stray = [f"QA_{n.upper()}" for n in given if n not in known]
    stray += [n for n in os.environ if n.startswith("QA_") and n[3:].lower() not in known]
    for name in stray:
        near = difflib.get_close_matches(name, [f"QA_{n.upper()}" for n in known], 1, 0.0)[0]
        raise ConfigError(f"unknown setting {name}; did you mean {near}? Settings and their values: qa doctor")
    try:
        return Config(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "QA_" + str(first["loc"][0]).upper()
        raise ConfigError(f"{name}={first['input']!r}: {first['msg']}. Settings and their values: qa doctor") from None
