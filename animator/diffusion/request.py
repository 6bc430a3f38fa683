"""The seam to diffusion models: a request in, a picture out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from schedules import PromptFrame

if TYPE_CHECKING:
    from animator.plan import Plan


@dataclass(frozen=True, eq=False)
class Request:
    """One picture to draw.

    Attributes:
        frame: Index of the frame, for messages.
        size: Width and height in pixels.
        picture: The picture (3, H, W) to redraw, or None: draw from the prompt alone.
        prompt: Positive and negative prompt.
        strength: How much of `picture` is kept, in [0, 1]; at 0 the picture counts for nothing.
        steps: Sampler steps of a full drawing, at least 1.
        cfg_scale: Classifier-free guidance; 1 and below switch it off.
        sampler: Name as people use it, such as "Euler a".
        seed: Seed of the noise, 0 or more.
    """

    frame: int
    size: tuple[int, int]
    picture: Tensor | None
    prompt: PromptFrame
    strength: float
    steps: int
    cfg_scale: float
    sampler: str
    seed: int

    @classmethod
    def of(cls, plan: "Plan", picture: Tensor | None) -> "Request":
        """The request a plan makes; at strength 0 the picture is left out."""
        settings = plan.diffusion
        return cls(
            frame=plan.frame,
            size=plan.size,
            picture=picture if settings.strength > 0 else None,
            prompt=plan.prompt,
            strength=settings.strength,
            steps=settings.steps,
            cfg_scale=settings.cfg_scale,
            sampler=settings.sampler,
            seed=plan.seed,
        )

    @property
    def steps_run(self) -> int:
        """Steps that really run: steps - strength * steps, at least one.

        Floating point must not cost a step: 20 - 0.65 * 20 is 7, not 6.
        """
        if self.picture is None:
            return self.steps
        return max(1, int(self.steps - self.strength * self.steps + 1e-6))


class Diffuser(Protocol):
    """A model that draws."""

    def draw(self, request: Request) -> Tensor:
        """The drawn picture (3, H, W), RGB in [0, 1], of the request's size."""
