"""ControlNet units: images that guide the generation."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from animator.film.clip import AfterEnd, Fit
from animator.masks.expression import EVERYWHERE
from animator.models.controlnet.preprocessors.kinds import modules_with_threshold
from animator.models.controlnet.preprocessors.networks import DETECTOR, NETWORK, modules_with_network
from animator.models.diffusion.checkpoints.control_tasks import task_of_module
from animator.settings.choices import OFF, Switchable
from animator.settings.effect import Condition, Switch
from animator.settings.fields import MaskText, NotNegative, Unit
from animator.settings.group import StrictBool
from animator.settings.needs import Exceeds, Is, IsNot, IsOn
from animator.settings.scheduled import Scheduled

MOST_UNITS = 5
FRAME = "frame"
"""The source that stands for the input image of each frame."""

_SOURCE = IsNot("source", FRAME)
REFERENCE = "reference_only"
"""The module that refers to the image itself, without a ControlNet."""
_Preprocessor = Literal[
    "none", "canny", "lineart", "scribble", "softedge", "mlsd", "depth", "normal", "depth_pro", "openpose",
    "segmentation", "recolor", "shuffle", "invert", "threshold", "tile", "blur",
]  # fmt: skip
FilmModule = Switchable[Literal[_Preprocessor, "reference_only"]]
_A, _B = (Is("module", modules_with_threshold(number)) for number in (0, 1))
_NETWORK, _DETECTOR = (Is("module", modules_with_network(setting)) for setting in (NETWORK, DETECTOR))
_GUIDES = IsNot("module", REFERENCE)
Task = Switchable[
    Literal[
        "none",
        "openpose",
        "depth",
        "softedge",
        "canny",
        "normal",
        "segment",
        "tile",
        "repaint",
        "blur",
        "gray",
        "low_quality",
    ]
]
ControlMode = Literal["balanced", "prompt", "control"]


@dataclass(frozen=True, kw_only=True)
class ControlUnitPlan:
    """The values of `ControlUnit` at one frame."""

    weight: NotNegative = 1
    """Strength of the guidance; at 0 the network does not run."""
    guidance_start: Annotated[Unit, Exceeds("weight")] = 0
    """Fraction of the sampler steps at which it begins."""
    guidance_end: Annotated[Unit, Exceeds("weight")] = 1
    """Fraction of the sampler steps at which it ends."""
    mask: Annotated[MaskText, Exceeds("weight") & _GUIDES] = EVERYWHERE
    """The area that it guides: an expression such as `[hand.png]`, as `mask.mask_schedule`; may change by
    frame."""


class ControlUnit(Scheduled[ControlUnitPlan]):
    """One ControlNet and its control images: up to five in a list, whose residuals add up."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: Annotated[StrictBool, Switch()] = True
    """A unit that is off has no effect, and its files may be missing."""
    model: str = ""
    """A ControlNet for the checkpoint's base model: file, folder, name in the model folders, or hub id."""
    source: str = FRAME
    """An image, a folder of images or a video, one image per frame; `frame` is each frame's own input."""
    module: FilmModule = "none"
    """Preprocessor of the source's images: edges, lines, depth and normals (by `depth.model`), poses and
    segments (by `preprocessor_model`), tones, less detail, or none. With `reference_only` the model itself
    attends to the images, and no ControlNet is needed."""
    task: Annotated[Task, _GUIDES] = "none"
    """What the control images show, for a union ControlNet; left open, what `module` makes."""
    preprocessor_model: Annotated[str, _NETWORK] = ""
    """The preprocessor's own network (ViTPose for `openpose`): a folder as transformers saves it, its name in
    the model folders, or a hub id; left out, the first in the model folders that is one."""
    preprocessor_detector: Annotated[str, _DETECTOR] = ""
    """The network that finds the people for `openpose`, such as RT-DETR: named in the same way."""
    control_mode: Annotated[ControlMode, Is("guess_mode", (False,))] = "balanced"
    """balanced, or more weight on the prompt (only coarse layers guide fully) or on the control image."""
    guess_mode: Annotated[StrictBool, _GUIDES] = False
    """Guide without a prompt: the network acts on the prompt's share only, and fine layers less."""
    resize_mode: Fit = "crop"
    """Fit of an image with another aspect ratio: stretched, cropped, or padded with black bars."""
    processor_res: Annotated[int, IsOn("module")] = Field(0, ge=0, le=8192)
    """Shorter side in pixels at which the preprocessor works; 0 is the image's size in the film."""
    threshold_a: Annotated[float | None, _A] = Field(None, ge=0, le=1000)
    """The preprocessor's first number, such as canny's lower threshold (100); see docs/controlnet.md."""
    threshold_b: Annotated[float | None, _B] = Field(None, ge=0, le=1000)
    """Its second number, such as canny's upper threshold (200)."""
    extract_from_frame: Annotated[int, _SOURCE] = Field(0, ge=0)
    """Image of the source for the film's first frame."""
    extract_nth_frame: Annotated[int, _SOURCE] = Field(1, ge=1)
    """Use every N-th image of the source."""
    after_end: Annotated[AfterEnd, _SOURCE] = "error"
    """After the source's end: stop with an error, hold its last image, or start over."""

    @model_validator(mode="after")
    def _has_model(self) -> "ControlUnit":
        if self.is_reference:
            if (self.threshold_a or 0) > 1:
                raise ValueError("threshold_a is the style fidelity of reference_only; expected 0 to 1")
        elif self.enabled and not self.model.strip():
            raise ValueError("has no model; name a ControlNet, or set enabled: false")
        return self

    @property
    def shows(self) -> str:
        """What its control images show, as union ControlNets call it; empty where that is not known."""
        return task_of_module(self.module) if self.task == OFF else self.task

    @property
    def is_reference(self) -> bool:
        """True for a unit without a ControlNet, which refers to its images."""
        return self.module == REFERENCE
