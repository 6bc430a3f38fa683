"""Cadence by a video model: it generates the frames between two generated images."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from animator.loop.pipeline import FrameImage, Motion
from animator.loop.tweens.lookahead import LookAhead
from animator.models.diffusion.prompts.plain import plain_texts
from animator.models.video.model import Between, VideoModel
from animator.timeline.plan import Plan
from schedules.seeds import derive


@dataclass(frozen=True)
class VideoTween:
    """In-betweens that a video model generates from the image before the group and the last one; see `Tween`.

    The camera moves the image from which the last one is generated; what happens between them is up to the
    model. A group without an image before it is made as `LookAhead` makes it.

    Attributes:
        model: Generates the images.
        fps: Frames per second of the film.
        without: Makes the groups that have no image before them.
    """

    generates_last: ClassVar[bool] = True
    model: VideoModel
    fps: float
    without: LookAhead

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate."""
        if old is None or plans[-1].cut:
            yield from self.without(motion, plans, old, generated)
            return
        if len(plans) > 1:
            for image in self.model(self._between(plans, old, generated.image)):
                yield FrameImage(image, generated.depth)
        yield FrameImage(generated.image, generated.depth)

    def _between(self, plans: Sequence[Plan], old: Tensor, new: Tensor) -> Between:
        plan = plans[-1]
        settings = plan.diffusion
        prompt, negative = plain_texts(plan.prompt, settings.steps)
        return Between(
            frame=plan.frame,
            first=old,
            last=new,
            count=len(plans) - 1,
            fps=self.fps,
            prompt=prompt,
            negative=negative,
            steps=settings.tween_steps,
            guidance=settings.tween_guidance,
            seed=derive(plan.seed, plan.frame, "tween"),
        )
