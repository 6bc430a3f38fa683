"""Whose colors a film keeps: rules for the anchor that color coherence matches to."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from animator.timeline.plan import Plan


class ColorAnchorRule(Protocol):
    """When an image becomes the anchor."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, moved: Tensor | None) -> Tensor | None:
        """The anchor (3, H, W) of this drawing; None matches nothing.

        Args:
            plan: Of the frame that is drawn.
            anchor: The last drawing's.
            moved: The last image moved to this frame; None at the start of a film.
        """

    def after_frame(self, plan: Plan, anchor: Tensor | None, drawn: Tensor) -> Tensor | None:
        """The anchor (3, H, W) once the frame was drawn."""


@dataclass(frozen=True)
class FirstFrame:
    """The first frame, for the whole film."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, moved: Tensor | None) -> Tensor | None:
        """The anchor there is."""
        return anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, drawn: Tensor) -> Tensor | None:
        """The first drawing."""
        return drawn if anchor is None else anchor


@dataclass(frozen=True)
class SceneStart:
    """The first frame of each scene."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, moved: Tensor | None) -> Tensor | None:
        """None where a scene begins: it looks for its own colors."""
        return None if plan.cut else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, drawn: Tensor) -> Tensor | None:
        """The scene's first drawing."""
        return drawn if anchor is None else anchor


@dataclass(frozen=True)
class FirstWarped:
    """The first image that was moved: the reference's anchor of films with an init image."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, moved: Tensor | None) -> Tensor | None:
        """The first moved image."""
        return moved if anchor is None else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, drawn: Tensor) -> Tensor | None:
        """The anchor there is."""
        return anchor


@dataclass(frozen=True)
class DeforumLegacy:
    """Deforum's old order: the first moved image, and every drawing of strength 0."""

    def for_frame(self, plan: Plan, anchor: Tensor | None, moved: Tensor | None) -> Tensor | None:
        """The first moved image."""
        return moved if anchor is None else anchor

    def after_frame(self, plan: Plan, anchor: Tensor | None, drawn: Tensor) -> Tensor | None:
        """A drawing of strength 0, else the anchor there is."""
        return drawn if plan.diffusion.strength == 0.0 else anchor
