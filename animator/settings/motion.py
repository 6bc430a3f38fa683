"""How images move."""

from typing import Annotated, Literal

from pydantic import Field

from animator.settings.fields import NotNegative, Positive, RangedSchedule, Real
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import FileOrName, InputFile
from schedules import Schedule


class Motion(SettingsGroup):
    """How the previous image moves before it is redrawn."""

    angle: Real = Schedule.parse(0)
    """2D: degrees a frame, counter-clockwise."""
    zoom: Annotated[Schedule, RangedSchedule(0.0, cut=False)] = Schedule.parse(1)
    """2D: factor a frame; 1.02 comes closer, 1 stands still."""
    translation_x: Real = Schedule.parse(0)
    """2D: pixels a frame, the image goes right. 3D: units a frame, the camera does."""
    translation_y: Real = Schedule.parse(0)
    """2D: pixels a frame, the image goes down. 3D: units a frame, the camera up."""
    transform_center_x: Real = Schedule.parse(0.5)
    """2D: center of angle and zoom, 0 is the left edge, 1 the right."""
    transform_center_y: Real = Schedule.parse(0.5)
    """2D: center of angle and zoom, 0 is the upper edge, 1 the lower."""
    translation_z: Real = Schedule.parse(0)
    """3D: units a frame, the camera goes forward; a unit is 1/200 of half the width."""
    rotation_3d_x: Real = Schedule.parse(0)
    """3D: degrees a frame, the camera tilts up."""
    rotation_3d_y: Real = Schedule.parse(0)
    """3D: degrees a frame, the camera pans right."""
    rotation_3d_z: Real = Schedule.parse(0)
    """3D: degrees a frame, the image rolls counter-clockwise."""
    enable_perspective_flip: StrictBool = False
    """2D only: turn the image plane in space by the four schedules below."""
    perspective_flip_theta: Real = Schedule.parse(0)
    """Degrees a frame, rolls."""
    perspective_flip_phi: Real = Schedule.parse(0)
    """Degrees a frame, tilts: turns about the horizontal axis."""
    perspective_flip_gamma: Real = Schedule.parse(0)
    """Degrees a frame, swings: turns about the vertical axis."""
    perspective_flip_fv: Real = Schedule.parse(53)
    """Field of view of the flip in degrees; larger is stronger."""
    border: Literal["replicate", "wrap", "reflect", "mirror", "zeros"] = "replicate"
    """2D only: what comes in from outside the image."""
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"
    """2D only: how pixels are read between pixels; the reference's is bilinear. steady keeps detail and,
    unlike bicubic and lanczos, amplifies nothing however often an image is read again."""


class Flow(SettingsGroup):
    """Optical flow."""

    raft: InputFile = ""
    """Path of RAFT's weights, needed where a setting asks for RAFT."""


class Camera(SettingsGroup):
    """The lens of the 3D mode."""

    fov: Real = Schedule.parse(70)
    """Field of view in degrees; smaller is a longer lens."""
    near: NotNegative = Schedule.parse(200)
    """Distance of the nearest point in `projection: pinhole`; deforum's knows none."""
    far: NotNegative = Schedule.parse(10000)
    """Distance of the farthest point in `projection: pinhole`; deforum's knows none."""
    aspect_ratio: Positive = Schedule.parse(1)
    """Stretches horizontal motion in `projection: deforum`."""
    aspect_ratio_use_old_formula: StrictBool = False
    """Width over height of the image stands in for `aspect_ratio`, as in Deforum before 0.5."""
    projection: Literal["deforum", "pinhole"] = "deforum"
    """pinhole is a true camera that knows what it reveals; deforum is the reference's shift."""
    reveal_noise: float = Field(0, ge=0, le=1)
    """pinhole only: share of noise over what comes into view, for the diffusion to draw on."""
    padding: Literal["border", "reflection", "zeros"] = "border"
    """What comes in from outside the image."""
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"
    """How pixels are read between pixels."""


class Depth(SettingsGroup):
    """Who says how far away things are, in the 3D mode."""

    use_depth_warping: StrictBool = True
    """False moves the whole image as one plane."""
    model: FileOrName = Field("starter", min_length=1)
    """starter (built in), a MiDaS or DPT name such as dpt-large, a Depth-Anything name, one of Deforum's
    names, or the path of weights; `animator depth` tries one on an image."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """Number format of the network; auto is half precision where the device is good at it."""
    stabilize: StrictBool = False
    """Lay every depth map onto the one before instead of equalizing each by itself: no pumping."""
    every: int = Field(1, ge=1)
    """Estimate the depth at every so many frames."""
    midas_weight: float = Field(0.2, ge=0, le=1)
    """Share of the first network where an old name stands for a blend of two."""
    save_depth_maps: StrictBool = False
    """Write every depth map as a 16-bit PNG into the run's `depth/`."""
