"""Color anchors: rules for which image color coherence matches a film's colors to."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from animator.timeline.plan import Plan


class ColorAnchorRule(Protocol):
    """Chooses the image that becomes the color anchor."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, warped: Tensor | None) -> Tensor | None:
        """Returns the anchor (3, H, W) to generate a frame with; None matches no colors.

        Args:
            plan: Of the frame to generate.
            anchor: Of the last generated frame.
            warped: The last image, warped to this frame; None at the start of a film.
        """

    def after_frame(self, plan: Plan, anchor: Tensor | None, generated: Tensor) -> Tensor | None:
        """Returns the anchor (3, H, W) from this generated frame on."""


@dataclass(frozen=True)
class FirstFrame:
    """Keeps the colors of the first frame for the whole film."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, warped: Tensor | None) -> Tensor | None:
        """Returns the current anchor."""
        return anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, generated: Tensor) -> Tensor | None:
        """Returns the first generated frame."""
        return generated if anchor is None else anchor


@dataclass(frozen=True)
class SceneStart:
    """Keeps the colors of each scene's first frame."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, warped: Tensor | None) -> Tensor | None:
        """Returns the current anchor, or None at a cut: the new scene gets its own colors."""
        return None if plan.cut else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, generated: Tensor) -> Tensor | None:
        """Returns the scene's first generated frame."""
        return generated if anchor is None else anchor


@dataclass(frozen=True)
class FirstWarped:
    """Keeps the colors of the first warped image, as Deforum does for films with an init image."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, warped: Tensor | None) -> Tensor | None:
        """Returns the first warped image."""
        return warped if anchor is None else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, generated: Tensor) -> Tensor | None:
        """Returns the current anchor."""
        return anchor


@dataclass(frozen=True)
class DeforumLegacy:
    """Keeps the colors of the first warped image, then of each frame of strength 0, as old Deforum does."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, warped: Tensor | None) -> Tensor | None:
        """Returns the first warped image."""
        return warped if anchor is None else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, generated: Tensor) -> Tensor | None:
        """Returns the generated frame if its strength is 0, else the current anchor."""
        return generated if plan.diffusion.strength == 0.0 else anchor
