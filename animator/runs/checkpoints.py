"""Checkpoints: states saved along the way, to render a film again from an earlier frame, bit for bit."""

from dataclasses import dataclass
from pathlib import Path

import torch

from animator.core.atomic import atomic_write
from animator.core.read import read_bytes
from animator.errors import RunError
from animator.loop.state import MAX_BYTES, State

MAX_CHECKPOINTS = 64
"""Upper limit for a film of any length, which bounds their size on disk."""
MIN_SPACING = 24
"""Fewest frames between two checkpoints."""


@dataclass(frozen=True)
class Checkpoints:
    """The saved states of one run.

    Attributes:
        folder: Folder of the files.
        frames: Frames of the film.
    """

    folder: Path
    frames: int

    @property
    def spacing(self) -> int:
        """Frames from one checkpoint to the next."""
        return max(MIN_SPACING, -(-self.frames // MAX_CHECKPOINTS))

    def save(self, state: State) -> None:
        """Writes a state to disk if it is at least `spacing` frames after the checkpoint before it."""
        newest = max((at for at in self._saved() if at < state.next_frame), default=0)
        if state.next_frame - newest >= self.spacing:
            self.folder.mkdir(exist_ok=True)
            atomic_write(self._path(state.next_frame), state.to_bytes())

    def load_before(self, frame: int, device: torch.device | str = "cpu") -> State:
        """Returns the newest state that resumes at a frame or before it; the beginning where none is saved.

        Raises:
            RunError: Its file is broken.
        """
        saved = [at for at in self._saved() if at <= frame]
        if not saved:
            return State()
        path = self._path(max(saved))
        try:
            return State.from_bytes(read_bytes(path, MAX_BYTES), device)
        except ValueError as error:
            raise RunError(f"{path}: {error}; delete it to use an earlier checkpoint") from error

    def delete_after(self, frame: int) -> None:
        """Deletes the states that resume after a frame."""
        for at in self._saved():
            if at > frame:
                self._path(at).unlink()

    def _saved(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("*.safetensors") if path.stem.isdecimal()]

    def _path(self, frame: int) -> Path:
        return self.folder / f"{frame:09d}.safetensors"
