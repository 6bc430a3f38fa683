"""What is written down about a model: name, type, size, and the hash by which others know it."""

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from animator.models.diffusion.checkpoints.find import Checkpoint

BLOCK = 2**22
SHORT = 10
"""Letters of the short form, which model sites call AutoV2."""


class ModelInfo:
    """A checkpoint's facts; a file's hash is computed beside the work, for it takes seconds per GB."""

    def __init__(self, checkpoint: Checkpoint, kind: str) -> None:
        """The facts of a checkpoint.

        Args:
            checkpoint: Where it is.
            kind: Its type, as people would say.
        """
        self._checkpoint = checkpoint
        self._kind = kind
        self._hash: Future[str] | None = None
        if checkpoint.kind != "hub":
            worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hash")
            self._hash = worker.submit(sha256, Path(checkpoint.location))
            worker.shutdown(wait=False)

    def facts(self, *, wait: bool = True) -> dict[str, Any]:
        """Name, type, place, and for what lies on a disk here size and SHA-256.

        Args:
            wait: Wait for the hash; else it is left out while it is being computed.
        """
        facts: dict[str, Any] = {
            "name": self._checkpoint.name,
            "type": self._kind,
            "location": self._checkpoint.location,
        }
        if self._hash is not None and (wait or self._hash.done()):
            facts["bytes"] = size_of(Path(self._checkpoint.location))
            facts["sha256"] = self._hash.result()
        return facts


def records_of(diffuser: object, *, wait: bool) -> list[dict[str, Any]]:
    """The facts of every model that a diffuser loaded; none for diffusers without models.

    Args:
        diffuser: Any diffuser; those with models have `records`.
        wait: Wait for hashes.
    """
    records: tuple[ModelInfo, ...] = getattr(diffuser, "records", ())
    return [record.facts(wait=wait) for record in records]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, or of a folder: of its weights' names and hashes."""
    if path.is_dir():
        lines = [f"{file.relative_to(path).as_posix()} {sha256(file)}\n" for file in _weights(path)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """The bytes of a file, or of a folder's weights."""
    return sum(file.stat().st_size for file in _weights(path)) if path.is_dir() else path.stat().st_size


def _weights(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in (".safetensors", ".bin"))
