"""Motion, camera, depth and optical flow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from animator.models.depth.names import is_blend
from animator.settings.camera_moves import CameraMoves, CameraMovesList
from animator.settings.camera_path import CameraPath, PathPoints
from animator.settings.effect import Condition, Fact, Switch
from animator.settings.fields import NotNegative, Positive, RangedSchedule, Real, Unit
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.inputs import uses_depth, uses_raft
from animator.settings.needs import InMode, Is, IsOn
from animator.settings.paths import FileOrName, WeightsFile
from animator.settings.scheduled import Scheduled

if TYPE_CHECKING:
    from animator.settings.animation import Animation

_Coordinate = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
_PATH = Fact(lambda film: bool(film.camera.path.keys), "camera.path")
_PLANE = InMode("motion", ("plane",))
_SPACE = InMode("motion", ("space",))
_FLIP = Is("motion.enable_perspective_flip", (True,))
_PINHOLE = Is("camera.projection", ("pinhole",))
_BORDER = Is("motion.reveal", ("border",))
_GENERATED = Is("motion.reveal", ("generate",))
_WARPS = _SPACE & Is("use_depth_warping", (True,))


def _moves_by_clip(film: "Animation") -> bool:
    return film.is_hybrid and film.hybrid.motion != "none"


def _blends_networks(film: "Animation") -> bool:
    return is_blend(film.depth.model)


@dataclass(frozen=True, kw_only=True)
class MotionPlan:
    """The values of `Motion` at one frame."""

    angle: Annotated[Real, _PLANE] = 0
    """2D: degrees per frame, counterclockwise."""
    zoom: Annotated[float, RangedSchedule(0.0, cut=False), _PLANE] = 1
    """2D: factor per frame; 1.02 zooms in, 1 stands still."""
    translation_x: Real = 0
    """2D: pixels per frame the image moves right. 3D: units per frame the camera moves right."""
    translation_y: Real = 0
    """2D: pixels per frame the image moves down. 3D: units per frame the camera moves up."""
    transform_center_x: Annotated[Real, _PLANE] = 0.5
    """2D: center of rotation and zoom; 0 is the left edge, 1 the right."""
    transform_center_y: Annotated[Real, _PLANE] = 0.5
    """2D: center of rotation and zoom; 0 is the upper edge, 1 the lower."""
    translation_z: Annotated[Real, _SPACE] = 0
    """3D: units per frame the camera moves forward; a unit is 1/200 of half the width."""
    rotation_3d_x: Annotated[Real, _SPACE] = 0
    """3D: degrees per frame the camera tilts up."""
    rotation_3d_y: Annotated[Real, _SPACE] = 0
    """3D: degrees per frame the camera pans right."""
    rotation_3d_z: Annotated[Real, _SPACE] = 0
    """3D: degrees per frame the image rolls counterclockwise."""
    perspective_flip_theta: Annotated[Real, _FLIP] = 0
    """Degrees per frame, roll."""
    perspective_flip_phi: Annotated[Real, _FLIP] = 0
    """Degrees per frame, tilt: about the horizontal axis."""
    perspective_flip_gamma: Annotated[Real, _FLIP] = 0
    """Degrees per frame, pan: about the vertical axis."""
    perspective_flip_fv: Annotated[Real, _FLIP] = 53
    """Field of view of the flip in degrees; larger is stronger."""
    reveal_strength: Annotated[Unit, _GENERATED] = 0
    """How much is kept of the surrounding colors that fill what comes into view; 0 generates it from the
    prompt alone."""
    reveal_seam: Annotated[float, RangedSchedule(0.0, 512.0), _GENERATED] = 16
    """Width in pixels of the soft seam: the image beside what comes into view is generated anew with it, less
    and less."""


class Motion(Scheduled[MotionPlan]):
    """Motion by which the previous image is warped before it is diffused; for `reveal` see docs/reveal.md."""

    effective_when: ClassVar[Condition] = InMode("motion", ("plane", "space"))

    enable_perspective_flip: StrictBool = False
    """2D only: rotate the image plane in space by the four schedules `perspective_flip_*`."""
    reveal: Literal["border", "generate"] = "border"
    """What becomes of the areas that come into view: border fills them by `border`, or in 3D by
    `camera.padding`; generate generates them, while the rest keeps the film's strength."""
    border: Annotated[
        Literal["replicate", "wrap", "reflect", "mirror", "zeros"], (_PLANE | _FLIP) & _BORDER
    ] = "replicate"
    """2D only: fill of the area outside the image."""
    units: Literal["deforum", "frame"] = "deforum"
    """What translations are in. frame: shares of the width and height by which the image moves right and
    down, and in 3D grows, the same in 2D and 3D; deforum: its pixels and units."""
    sampling: Annotated[
        Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"],
        Switch(_PLANE | _FLIP | Fact(_moves_by_clip, "hybrid.motion")),
    ] = "steady"
    """2D only: resampling filter; Deforum's is bilinear. steady keeps detail and, unlike bicubic and lanczos,
    never amplifies it, however often an image is resampled; it takes about twice as long as bilinear."""


class Flow(SettingsGroup):
    """Optical flow."""

    effective_when: ClassVar[Condition] = Fact(uses_raft, "a setting that chooses RAFT")

    raft: WeightsFile = ""
    """Path of RAFT's weights, for settings that choose RAFT."""


@dataclass(frozen=True, kw_only=True)
class CameraPlan:
    """The values of `Camera` at one frame."""

    fov: Real = 70
    """Field of view in degrees; smaller is a longer lens."""
    near: Annotated[NotNegative, _PINHOLE] = 200
    """Distance of the nearest point, for `projection: pinhole`."""
    far: Annotated[NotNegative, _PINHOLE] = 10000
    """Distance of the farthest point, for `projection: pinhole`."""
    aspect_ratio: Annotated[Positive, Is("camera.aspect_ratio_use_old_formula", (False,))] = 1
    """Factor on horizontal motion, for `projection: deforum`."""
    magnification: float = 1.0
    """Factor by which the lens magnifies the last frame's image, of `moves`, `path` and `fov_zooms`."""


class Camera(Scheduled[CameraPlan]):
    """The camera of the 3D mode; for `moves` and `path` see docs/camera.md."""

    effective_when: ClassVar[Condition] = InMode("motion", ("space",))

    moves: Annotated[CameraMovesList, Switch(_PLANE | _SPACE)] = CameraMoves.parse([])
    """Moves by name, which add to `motion`, such as `[{orbit: {speed: 1, radius: 2}}, handheld]`. Those that
    turn about something need mode: 3d."""
    look_at: tuple[_Coordinate, _Coordinate, _Coordinate] | None = None
    """A point that the camera keeps looking at, wherever `moves` and `motion` carry it: [right, up, forward]
    of where it begins, in units of the nearest distance."""
    path: PathPoints = CameraPath.parse({})
    """Points that the camera goes through, by frame, in addition to `motion`: `{0: {position: [0, 0, 0],
    look_at: [0, 0, 2]}, 60: ...}`; [right, up, forward] in units of the nearest distance."""
    path_curve: Annotated[Literal["smooth", "centripetal", "linear"], _PATH] = "smooth"
    """How the path goes through its points: smooth by their times, centripetal by their distances, which
    makes no loops, or straight."""
    path_timing: Annotated[Literal["keys", "even"], _PATH] = "keys"
    """keys is at each point at its frame; even goes at one speed from the first to the last."""
    fov_zooms: StrictBool = False
    """A change of `fov` zooms, as with a true lens; in Deforum it only changes how far motion goes."""
    aspect_ratio_use_old_formula: StrictBool = False
    """Use the image's width over height as `aspect_ratio`, as Deforum before 0.5."""
    projection: Literal["deforum", "pinhole"] = "deforum"
    """pinhole is a true camera with occlusion; deforum shifts pixels as Deforum does."""
    reveal_noise: Annotated[float, _PINHOLE] = Field(0, ge=0, le=1)
    """pinhole only: amount of noise where new areas come into view, for the diffusion to fill."""
    padding: Annotated[Literal["border", "reflection", "zeros"], Is("projection", ("deforum",)) & _BORDER] = (
        "border"
    )
    """Fill of the area outside the image."""
    sampling: Literal["bicubic", "bilinear", "nearest", "lanczos", "steady"] = "steady"
    """Resampling filter."""

    @model_validator(mode="after")
    def _looks_at_one_thing(self) -> "Camera":
        if self.look_at is not None and self.path.keys:
            raise PydanticCustomError(
                "look_at", "look_at does not go with path; expected look_at in each of its points instead"
            )
        return self

    def acts(self, motion: str) -> bool:
        """Returns True if the camera does more than `motion` says, in a mode of this kind of motion."""
        in_space = motion == "space" and (bool(self.path.keys) or self.look_at is not None or self.fov_zooms)
        return bool(self.moves.moves) or in_space


class Depth(SettingsGroup):
    """The depth estimate of the 3D mode."""

    effective_when: ClassVar[Condition] = Fact(
        uses_depth, "mode: 3d with depth.use_depth_warping, or a mask or ControlNet unit by depth"
    )

    use_depth_warping: Annotated[StrictBool, Switch(_SPACE)] = True
    """Use the depth; false moves the whole image as one plane."""
    model: FileOrName = Field("starter", min_length=1)
    """starter (built in), a MiDaS or DPT name such as dpt-large, a Depth-Anything name, one of Deforum's
    names, or the path of weights; `animator depth` tries one on an image."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """Number format of the network; auto is half precision where the device is fast at it."""
    stabilize: Annotated[StrictBool, _WARPS] = False
    """Align every depth map with the previous one instead of equalizing each on its own: no pumping."""
    steadiness: Annotated[float, _WARPS & IsOn("stabilize")] = Field(0.0, ge=0, le=0.95)
    """Share of the depth map before that is blended into each with `stabilize`: less flicker, but depth that
    follows the image later; 0.5 suits slow cameras."""
    every: Annotated[int, _WARPS] = Field(1, ge=1, le=1_000_000)
    """Estimate the depth every N frames."""
    midas_weight: Annotated[float, Fact(_blends_networks, "a depth.model that stands for two networks")] = (
        Field(0.2, ge=0, le=1)
    )
    """Weight of the first network where an old name stands for a blend of two."""
    save_depth_maps: Annotated[StrictBool, _WARPS] = False
    """Write every depth map as a 16-bit PNG into the run's `depth/`."""
