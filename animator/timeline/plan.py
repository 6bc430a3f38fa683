"""`Plan`: the values of all settings at one frame, as plain numbers and texts. Pure, no torch.

The part of each settings group is declared with the group: a new schedule there is in the plan, too.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from animator.settings.controlnet import ControlUnitPlan
from animator.settings.diffusion import DiffusionPlan
from animator.settings.faces import FaceRestorationPlan
from animator.settings.guided import GuidedPlan
from animator.settings.hybrid import HybridPlan
from animator.settings.image_filters import ColorPlan, NoisePlan, SharpenPlan
from animator.settings.ip_adapter import IPAdapterPlan
from animator.settings.mask import MaskPlan
from animator.settings.motion import CameraPlan, MotionPlan
from animator.settings.tuning import DeepShrinkPlan, FreeUPlan
from animator.timeline.palettes import PaletteShare
from schedules import PromptFrame

if TYPE_CHECKING:
    from animator.loop.pipeline import Step

__all__ = [
    "CameraPlan",
    "ColorPlan",
    "ControlUnitPlan",
    "DeepShrinkPlan",
    "DiffusionPlan",
    "FaceRestorationPlan",
    "FreeUPlan",
    "GuidedPlan",
    "HybridPlan",
    "IPAdapterPlan",
    "MaskPlan",
    "MotionPlan",
    "NoisePlan",
    "Plan",
    "SharpenPlan",
]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The values of all settings at one frame.

    The groups of settings with schedules have a part each, under the same name as in the preset.

    Attributes:
        frame: Index in the film, from 0.
        generation_index: Index of the group's generation, from 0.
        tween: Weight of the group's new image in this frame, in (0, 1]; the rest is the old image's.
        cut: True at the start of a new scene: nothing of the last image is kept.
        size: Width and height in pixels.
        prompt: Positive and negative prompt.
        seed: Seed of the group's generation.
        seed_resize_from: Width and height of frames whose noise is in the middle of these; None for none.
        steps: The film's `steps`, each with its values at this frame.
        palettes: Whose colors the frame keeps, with `color.reference: prompt`; else empty.
    """

    frame: int
    generation_index: int
    tween: float
    cut: bool
    size: tuple[int, int]
    prompt: PromptFrame
    seed: int
    seed_resize_from: tuple[int, int] | None = None
    steps: "tuple[Step, ...]" = ()
    palettes: tuple[PaletteShare, ...] = ()
    diffusion: DiffusionPlan
    hybrid: HybridPlan
    motion: MotionPlan
    camera: CameraPlan
    mask: MaskPlan
    guided: GuidedPlan
    controlnet: tuple[ControlUnitPlan, ...] = ()
    ip_adapter: tuple[IPAdapterPlan, ...] = ()
    freeu: FreeUPlan
    deep_shrink: DeepShrinkPlan
    noise: NoisePlan
    color: ColorPlan
    sharpen: SharpenPlan
    face_restoration: FaceRestorationPlan
