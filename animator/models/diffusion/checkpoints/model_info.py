"""`ModelInfo`: name, type, size and SHA-256 of a model, for run records."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from animator.models.diffusion.checkpoints.find import Checkpoint

BLOCK = 2**22
SHORT = 10
"""Length of the short hash, which model sites call AutoV2."""


class ModelInfo:
    """Information about a checkpoint; its hash is computed in a thread, as that takes seconds per GB."""

    def __init__(self, checkpoint: Checkpoint, kind: str, *, is_inpainting: bool = False) -> None:
        """Starts to hash the checkpoint.

        Args:
            checkpoint: Location of the model.
            kind: Its type, such as the name of its pipeline class.
            is_inpainting: True if its U-Net takes a mask and the masked image as additional channels.
        """
        self.is_inpainting = is_inpainting
        self._checkpoint = checkpoint
        self._kind = kind
        self._hash: Future[str] | None = None
        if checkpoint.kind != "hub":
            worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hash")
            self._hash = worker.submit(sha256, Path(checkpoint.location))
            worker.shutdown(wait=False)

    @property
    def name(self) -> str:
        """Name of the checkpoint in the preset."""
        return self._checkpoint.name

    @property
    def short_hash(self) -> str:
        """Short hash that the web UI and model sites show; waits for it. Empty for a model on the hub."""
        try:
            return self._hash.result()[:SHORT] if self._hash is not None else ""
        except OSError:  # the file is gone
            return ""

    def as_dict(self, *, wait: bool = True) -> dict[str, Any]:
        """Returns name, type, location and, for local models, size and SHA-256.

        Args:
            wait: Wait for the hash; otherwise it is left out until it is computed.
        """
        info: dict[str, Any] = {
            "name": self._checkpoint.name,
            "type": self._kind,
            "location": self._checkpoint.location,
        }
        if self._hash is not None and (wait or self._hash.done()):
            info["bytes"] = size_of(Path(self._checkpoint.location))
            info["sha256"] = self._hash.result()
        return info


def model_records(diffuser: object, *, wait: bool) -> list[dict[str, Any]]:
    """Returns the information about every model that a diffuser loaded.

    Args:
        diffuser: Any diffuser; those that load models have `records`.
        wait: Wait for hashes.
    """
    return [record.as_dict(wait=wait) for record in _records(diffuser)]


def short_hash(diffuser: object, name: str) -> str:
    """Returns the short hash of a model that a diffuser loaded; empty if it has none.

    Args:
        diffuser: Any diffuser; those that load models have `records`.
        name: The model's name in the preset.
    """
    return next((record.short_hash for record in _records(diffuser) if record.name == name), "")


def is_inpainting(diffuser: object, name: str) -> bool:
    """Returns True for an inpainting model that a diffuser loaded.

    Args:
        diffuser: As of `short_hash`.
        name: The model's name in the preset.
    """
    return any(record.is_inpainting for record in _records(diffuser) if record.name == name)


def _records(diffuser: object) -> tuple[ModelInfo, ...]:
    records: tuple[ModelInfo, ...] = getattr(diffuser, "records", ())
    return records


def sha256(path: Path) -> str:
    """Returns the SHA-256 of a file; for a folder, of the names and hashes of its weights."""
    if path.is_dir():
        lines = [f"{file.relative_to(path).as_posix()} {sha256(file)}\n" for file in _weights(path)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """Returns the size in bytes of a file, or of a folder's weights."""
    return sum(file.stat().st_size for file in _weights(path)) if path.is_dir() else path.stat().st_size


def _weights(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.suffix in (".safetensors", ".bin"))
    return sorted(file for file in files if file.is_file())
