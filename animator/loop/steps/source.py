"""Sources: the last frame, the clip's frame, or none."""

from dataclasses import dataclass

from torch import Tensor

from animator.loop.state import State
from animator.loop.steps.frame_source import FrameSource
from animator.timeline.plan import Plan


@dataclass(frozen=True, eq=False)
class LastImage:
    """The last emitted image.

    Attributes:
        first: The init image (3, H, W) of the first frame; None generates it from the prompt alone.
    """

    first: Tensor | None = None

    def init_image(self, plan: Plan) -> Tensor | None:
        """Returns the init image, or None."""
        return self.first

    def image(self, plan: Plan, state: State) -> Tensor | None:
        """Returns the state's image (3, H, W), or None."""
        return state.image


@dataclass(frozen=True, eq=False)
class ClipFrame:
    """The clip's image of the same frame.

    Attributes:
        clip: The images of the clip.
    """

    clip: FrameSource

    def init_image(self, plan: Plan) -> None:
        """Returns None; the clip has an image for every frame."""

    def image(self, plan: Plan, state: State) -> Tensor:
        """Returns the clip's image (3, H, W).

        Raises:
            UserError: The clip is shorter than the film.
        """
        return self.clip.at(plan.frame)


@dataclass(frozen=True)
class PromptOnly:
    """No image: every frame is generated from its prompt alone."""

    def init_image(self, plan: Plan) -> None:
        """Returns None."""

    def image(self, plan: Plan, state: State) -> None:
        """Returns None."""
