"""The types of `animator.timeline.plan`, made from the settings by `python -m docs.build`: do not edit."""

from dataclasses import dataclass
from typing import Any

from animator.timeline.plan_parts import FramePlan, GuideImage

TYPES: dict[str, type[Any]]

@dataclass(frozen=True, kw_only=True)
class DiffusionPlan:
    strength: float
    steps: int
    cfg_scale: float
    sampler: str
    seed_schedule: float
    subseed: int
    subseed_strength: float
    noise_multiplier: float
    clip_skip: int
    ddim_eta: float
    ancestral_eta: float
    checkpoint: str
    cadence: int
    cadence_flow_factor: float
    redo_flow_factor: float

@dataclass(frozen=True, kw_only=True)
class HybridPlan:
    comp_alpha: float
    comp_mask_contrast: float
    comp_mask_auto_contrast_cutoff_low: float
    comp_mask_auto_contrast_cutoff_high: float
    comp_mask_blend_alpha: float
    flow_factor: float

@dataclass(frozen=True, kw_only=True)
class MotionPlan:
    angle: float
    zoom: float
    translation_x: float
    translation_y: float
    transform_center_x: float
    transform_center_y: float
    translation_z: float
    rotation_3d_x: float
    rotation_3d_y: float
    rotation_3d_z: float
    perspective_flip_theta: float
    perspective_flip_phi: float
    perspective_flip_gamma: float
    perspective_flip_fv: float

@dataclass(frozen=True, kw_only=True)
class CameraPlan:
    fov: float
    near: float
    far: float
    aspect_ratio: float

@dataclass(frozen=True, kw_only=True)
class MaskPlan:
    mask_schedule: str
    noise_mask_schedule: str

@dataclass(frozen=True, kw_only=True)
class GuidedPlan(GuideImage):
    image_strength_schedule: float
    blend_factor_max: float
    blend_factor_slope: float
    tweening_frames_schedule: float
    color_correction_factor: float

@dataclass(frozen=True, kw_only=True)
class ControlUnitPlan:
    weight: float
    guidance_start: float
    guidance_end: float

@dataclass(frozen=True, kw_only=True)
class NoisePlan:
    amount: float

@dataclass(frozen=True, kw_only=True)
class ColorPlan:
    contrast: float

@dataclass(frozen=True, kw_only=True)
class SharpenPlan:
    amount: float
    kernel: int
    sigma: float
    threshold: float

@dataclass(frozen=True, kw_only=True)
class Plan(FramePlan):
    diffusion: DiffusionPlan
    hybrid: HybridPlan
    motion: MotionPlan
    camera: CameraPlan
    mask: MaskPlan
    guided: GuidedPlan
    controlnet: tuple[ControlUnitPlan, ...] = ()
    noise: NoisePlan
    color: ColorPlan
    sharpen: SharpenPlan
