"""States kept along the way, so that a film can be taken up again from an earlier frame, bit for bit."""

from dataclasses import dataclass
from pathlib import Path

import torch

from animator.core.atomic import atomic_write
from animator.errors import RunError
from animator.loop.state import State

MOST = 64
"""At most so many are kept, whatever the film's length: what they take on disk is bounded."""
CLOSEST = 24
"""At least so many frames lie between two."""


@dataclass(frozen=True)
class Checkpoints:
    """The kept states of one run.

    Attributes:
        folder: Where they lie.
        frames: Frames of the film.
    """

    folder: Path
    frames: int

    @property
    def spacing(self) -> int:
        """Frames from one to the next."""
        return max(CLOSEST, -(-self.frames // MOST))

    def keep(self, state: State) -> None:
        """Puts a state on disk if enough frames lie between it and the one kept before it."""
        newest = max((at for at in self._kept() if at < state.next_frame), default=0)
        if state.next_frame - newest >= self.spacing:
            self.folder.mkdir(exist_ok=True)
            atomic_write(self._path(state.next_frame), state.to_bytes())

    def before(self, frame: int, device: torch.device | str = "cpu") -> State:
        """The newest kept state that goes on at a frame or before it; the beginning where none is kept.

        Raises:
            RunError: It is broken.
        """
        kept = [at for at in self._kept() if at <= frame]
        if not kept:
            return State()
        path = self._path(max(kept))
        try:
            return State.from_bytes(path.read_bytes(), device)
        except ValueError as error:
            raise RunError(f"{path}: {error}; delete it to go back to an earlier one") from error

    def forget_after(self, frame: int) -> None:
        """Drops the states that go on after a frame."""
        for at in self._kept():
            if at > frame:
                self._path(at).unlink()

    def _kept(self) -> list[int]:
        return [int(path.stem) for path in self.folder.glob("*.safetensors") if path.stem.isdigit()]

    def _path(self, frame: int) -> Path:
        return self.folder / f"{frame:09d}.safetensors"
