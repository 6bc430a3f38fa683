"""Sources: where the picture that is redrawn comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from animator.image import from_bytes
from animator.plan import Plan
from animator.state import State
from animator.video.reader import ClipReader


@dataclass(frozen=True, eq=False)
class LastPicture:
    """The last emitted picture.

    Attributes:
        first: What the first frame is drawn over (3, H, W); None begins from the prompt alone.
    """

    first: Tensor | None = None

    def opening(self, plan: Plan) -> Tensor | None:
        """The init image, or None."""
        return self.first

    def picture(self, plan: Plan, state: State) -> Tensor | None:
        """The state's picture (3, H, W), or None."""
        return state.picture


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """The clip's picture of the same number.

    Attributes:
        reader: The clip.
        device: Where pictures live.
    """

    reader: ClipReader
    device: torch.device

    def opening(self, plan: Plan) -> None:
        """None: the clip has a picture for every frame."""

    def picture(self, plan: Plan, state: State) -> Tensor:
        """The clip's picture (3, H, W).

        Raises:
            UserError: The clip is shorter than the film.
        """
        return from_bytes(self.reader.at(plan.frame), self.device)


@dataclass(frozen=True, eq=False)
class ClipLook:
    """The picture of a clip that serves a frame and the frames after it, every so many.

    Attributes:
        reader: The clip.
        device: Where pictures live.
        every: For how many frames a picture serves.
    """

    reader: ClipReader
    device: torch.device
    every: int

    def at(self, frame: int) -> Tensor:
        """The picture (3, h, w) for a frame; the last one is kept, since a clip is dear to rewind.

        Raises:
            UserError: The clip is shorter than the film.
        """
        return self._read(frame // self.every * self.every)

    @cached_property
    def _read(self) -> Callable[[int], Tensor]:
        return lru_cache(maxsize=1)(lambda frame: from_bytes(self.reader.at(frame), self.device))


@dataclass(frozen=True)
class Nothing:
    """No picture: every frame is drawn from its prompt alone."""

    def opening(self, plan: Plan) -> None:
        """None."""

    def picture(self, plan: Plan, state: State) -> None:
        """None."""
