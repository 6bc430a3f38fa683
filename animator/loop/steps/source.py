"""Sources: where the picture that is redrawn comes from."""

from dataclasses import dataclass

from torch import Tensor

from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.timeline.plan import Plan


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
        clip: What the clip shows.
    """

    clip: FrameSource

    def opening(self, plan: Plan) -> None:
        """None: the clip has a picture for every frame."""

    def picture(self, plan: Plan, state: State) -> Tensor:
        """The clip's picture (3, H, W).

        Raises:
            UserError: The clip is shorter than the film.
        """
        return self.clip.at(plan.frame)


@dataclass(frozen=True)
class Nothing:
    """No picture: every frame is drawn from its prompt alone."""

    def opening(self, plan: Plan) -> None:
        """None."""

    def picture(self, plan: Plan, state: State) -> None:
        """None."""
