"""`Plan`: everything the settings say about one frame, as plain numbers and texts. Pure, no torch."""

from dataclasses import dataclass

from schedules import PromptFrame


@dataclass(frozen=True)
class DiffusionPlan:
    """How this frame is redrawn; names as in the preset."""

    strength: float
    steps: int
    cfg_scale: float
    sampler: str
    subseed: int
    subseed_strength: float
    noise_multiplier: float
    clip_skip: int
    ddim_eta: float
    ancestral_eta: float
    checkpoint: str
    cadence_flow_factor: float
    redo_flow_factor: float


@dataclass(frozen=True)
class MotionPlan:
    """How the previous picture moves; degrees, pixels of the output, fractions for the centre."""

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


@dataclass(frozen=True)
class CameraPlan:
    """The lens of this frame; degrees, and Deforum's units for near and far."""

    fov: float
    near: float
    far: float
    aspect_ratio: float


@dataclass(frozen=True)
class NoisePlan:
    """Noise before the drawing."""

    amount: float


@dataclass(frozen=True)
class ColorPlan:
    """Colour work before the drawing."""

    contrast: float


@dataclass(frozen=True)
class SharpenPlan:
    """Anti-blur before the drawing."""

    amount: float
    kernel: int
    sigma: float
    threshold: float


@dataclass(frozen=True)
class HybridPlan:
    """How the clip mixes into this frame and moves it; names as in the preset."""

    comp_alpha: float
    comp_mask_contrast: float
    comp_mask_auto_contrast_cutoff_low: float
    comp_mask_auto_contrast_cutoff_high: float
    comp_mask_blend_alpha: float
    flow_factor: float


@dataclass(frozen=True)
class MaskPlan:
    """Expressions of the masks; see `animator.masks.expression`."""

    mask_schedule: str
    noise_mask_schedule: str


@dataclass(frozen=True)
class GuidedPlan:
    """The picture that leads the film.

    Attributes:
        image: Its path; empty where none does.
        share: Its share in the picture that is redrawn.
        color_share: Its share in the colours that the drawing is given.
    """

    image: str = ""
    share: float = 0.0
    color_share: float = 0.0


@dataclass(frozen=True)
class ControlPlan:
    """How much a ControlNet unit guides the drawing, and over which share of its steps."""

    weight: float
    guidance_start: float
    guidance_end: float


@dataclass(frozen=True)
class Plan:
    """Everything the settings say about frame `frame`.

    Attributes:
        frame: Index in the film, from 0.
        drawing: Ordinal of the drawn frame that this frame's group begins with.
        tween: Weight of the group's new picture in this frame, in (0, 1]; the rest is the old picture's.
        cut: True where a new scene begins: nothing of the last picture is kept.
        size: Width and height in pixels.
        prompt: Positive and negative prompt.
        seed: Seed of the group's drawing.
    """

    frame: int
    drawing: int
    tween: float
    cut: bool
    size: tuple[int, int]
    prompt: PromptFrame
    seed: int
    diffusion: DiffusionPlan
    motion: MotionPlan
    camera: CameraPlan
    noise: NoisePlan
    color: ColorPlan
    sharpen: SharpenPlan
    hybrid: HybridPlan
    mask: MaskPlan
    guided: GuidedPlan
    controlnet: tuple[ControlPlan, ...] = ()
