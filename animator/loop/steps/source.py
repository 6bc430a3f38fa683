"""Sources: where the image that is redrawn comes from."""

from dataclasses import dataclass

from torch import Tensor

from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.timeline.plan import Plan


@dataclass(frozen=True, eq=False)
class LastImage:
    """The last emitted image.

    Attributes:
        first: What the first frame is drawn over (3, H, W); None begins from the prompt alone.
    """

    first: Tensor | None = None

    def opening(self, plan: Plan) -> Tensor | None:
        """The init image, or None."""
        return self.first

    def image(self, plan: Plan, state: State) -> Tensor | None:
        """The state's image (3, H, W), or None."""
        return state.image


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """The clip's image of the same number.

    Attributes:
        clip: What the clip shows.
    """

    clip: FrameSource

    def opening(self, plan: Plan) -> None:
        """None: the clip has an image for every frame."""

    def image(self, plan: Plan, state: State) -> Tensor:
        """The clip's image (3, H, W).

        Raises:
            UserError: The clip is shorter than the film.
        """
        return self.clip.at(plan.frame)


@dataclass(frozen=True)
class Nothing:
    """No image: every frame is drawn from its prompt alone."""

    def opening(self, plan: Plan) -> None:
        """None."""

    def image(self, plan: Plan, state: State) -> None:
        """None."""
