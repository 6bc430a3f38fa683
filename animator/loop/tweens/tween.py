"""`Tween`: makes the frames of a cadence group from the old image and the newly generated one.

Both images are warped and cross-faded; the new one's weight grows to 1 at the last frame of the group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor

from animator.loop.pipeline import FrameImage, Motion
from animator.timeline.plan import Plan


class Tween(Protocol):
    """Makes the frames of a cadence group.

    A tween that repeats the generated image for the whole group:

        @dataclass(frozen=True)
        class Hold:
            generates_last: ClassVar[bool] = False

            def __call__(
                self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
            ) -> Iterator[FrameImage]:
                for _ in plans:
                    yield generated
    """

    @property
    def generates_last(self) -> bool:
        """True if the last frame of a group is generated, False if the first."""

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate.

        Args:
            motion: Warps an image from the frame before to the plan's.
            plans: The plans of the group.
            old: The image of the frame before the group; None at the start of a film.
            generated: The image generated for the group's first frame; if `generates_last` and there is an
                old image, for its last one.
        """


@dataclass(frozen=True)
class Composed:
    """In-betweens that resample the generated images once, through all moves since then; see `Tween`.

    However long the group, an image is softened by one resampling, and its depth is estimated once.
    """

    generates_last: ClassVar[bool] = False

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate."""
        first, *later = plans
        depth = generated.depth
        if later:
            depth = motion.estimate_depth(generated.image, later[0], depth)
        for position, plan in enumerate(plans):
            moves = plans[1 : position + 1]
            new = motion.warp(generated.image, moves, depth) if moves else generated.image
            if old is None or plan.tween >= 1.0:
                yield FrameImage(new, depth)
            else:
                faded = motion.warp(old, [first, *moves], generated.depth).lerp(new, plan.tween)
                yield FrameImage(faded, depth)


@dataclass(frozen=True)
class Chained:
    """In-betweens that each warp the one before by another frame, as Deforum's cadence does; see `Tween`."""

    generates_last: ClassVar[bool] = False

    def __call__(
        self, motion: Motion, plans: Sequence[Plan], old: Tensor | None, generated: FrameImage
    ) -> Iterator[FrameImage]:
        """Yields the images (3, H, W) of a group, one per plan, with the last depth estimate."""
        new, depth = generated.image, generated.depth
        for position, plan in enumerate(plans):
            fades = old is not None and plan.tween < 1.0
            if position > 0 or fades:
                # Both images are warped by the new one's depth, so that they stay aligned.
                depth = motion.estimate_depth(new, plan, depth)
            if position > 0:
                new = motion.warp(new, [plan], depth)
            if old is None or not fades:
                yield FrameImage(new, depth)
                continue
            old = motion.warp(old, [plan], depth)
            yield FrameImage(old.lerp(new, plan.tween), depth)


@dataclass(frozen=True, eq=False)
class WrappedTween:
    """Base of tweens that change what another tween makes.

    Attributes:
        tween: Makes the in-betweens.
    """

    tween: Tween

    @property
    def generates_last(self) -> bool:
        """The same as that of the wrapped tween."""
        return self.tween.generates_last
