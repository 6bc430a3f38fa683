"""How pictures move."""

from typing import Annotated, Literal

from pydantic import Field

from animator.config.group import Group, Switch
from animator.fields import NotNegative, Numbers, Positive, Real
from animator.named_files import FileOrName, InputFile
from schedules import Schedule


class Motion(Group):
    """How the previous picture moves before it is redrawn."""

    angle: Real = Schedule.parse(0)
    zoom: Annotated[Schedule, Numbers(0.0, cut=False)] = Schedule.parse(1)
    translation_x: Real = Schedule.parse(0)
    translation_y: Real = Schedule.parse(0)
    transform_center_x: Real = Schedule.parse(0.5)
    transform_center_y: Real = Schedule.parse(0.5)
    translation_z: Real = Schedule.parse(0)
    rotation_3d_x: Real = Schedule.parse(0)
    rotation_3d_y: Real = Schedule.parse(0)
    rotation_3d_z: Real = Schedule.parse(0)
    enable_perspective_flip: Switch = False
    """2D only: turn the picture plane in space by the four schedules below."""
    perspective_flip_theta: Real = Schedule.parse(0)
    perspective_flip_phi: Real = Schedule.parse(0)
    perspective_flip_gamma: Real = Schedule.parse(0)
    perspective_flip_fv: Real = Schedule.parse(53)
    border: Literal["replicate", "wrap", "reflect", "mirror", "zeros"] = "replicate"
    """2D only: what comes in from outside the picture."""
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"
    """2D only: how pixels are read between pixels; the reference's is bilinear. steady keeps detail and,
    unlike bicubic and lanczos, amplifies nothing however often a picture is read again."""


class Flow(Group):
    """Optical flow."""

    raft: InputFile = ""
    """Path of RAFT's weights, needed where a setting asks for RAFT."""


class Camera(Group):
    """The lens of the 3D mode."""

    fov: Real = Schedule.parse(70)
    near: NotNegative = Schedule.parse(200)
    far: NotNegative = Schedule.parse(10000)
    aspect_ratio: Positive = Schedule.parse(1)
    aspect_ratio_use_old_formula: Switch = False
    """Width over height of the picture stands in for `aspect_ratio`, as in Deforum before 0.5."""
    projection: Literal["deforum", "pinhole"] = "deforum"
    """pinhole is a true camera that knows what it reveals; deforum is the reference's shift."""
    reveal_noise: float = Field(0, ge=0, le=1)
    """pinhole only: share of noise over what comes into view, for the diffusion to draw on."""
    padding: Literal["border", "reflection", "zeros"] = "border"
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"


class Depth(Group):
    """Who says how far away things are, in the 3D mode."""

    use_depth_warping: Switch = True
    """False moves the whole picture as one plane."""
    model: FileOrName = Field("starter", min_length=1)
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    stabilise: Switch = False
    """Lay every depth map onto the one before instead of equalising each by itself: no pumping."""
    every: int = Field(1, ge=1)
    """Estimate the depth at every so many frames."""
    midas_weight: float = Field(0.2, ge=0, le=1)
    """Share of the first network where an old name stands for a blend of two."""
    save_depth_maps: Switch = False
