"""Further videos made of the finished frames: larger and smoother ones."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from animator.settings.choices import Switchable
from animator.settings.effect import Condition
from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.needs import Is, IsOn
from animator.settings.paths import FileOrName, WeightsFile

FACTORS = (2, 3, 4)


def _to_factor(value: Any) -> Any:
    """Returns the number in `x2`, as Deforum and earlier versions write it; any other value as it is."""
    known = {text: factor for factor in FACTORS for text in (f"x{factor}", str(factor))}
    return known.get(value.strip().lower(), value) if isinstance(value, str) else value


class Upscaling(SettingsGroup):
    """A second, larger film, made when all frames are there."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: StrictBool = False
    """Make a larger film, too."""
    factor: Annotated[Literal[2, 3, 4], BeforeValidator(_to_factor)] = 2
    """Factor on width and height."""
    model: FileOrName = Field("lanczos", min_length=1)
    """lanczos is offline: interpolation and a little sharpening, no new detail. Or a network, by the path of
    its file or by name in the model folders, such as realesr-animevideov3 (needs the extra `upscale`);
    Deforum's three names fall back to lanczos with a warning where their file is missing."""
    keep_images: StrictBool = False
    """Also keep the larger images, in a folder of PNG files."""


class FrameInterpolation(SettingsGroup):
    """A second, smoother film with interpolated images between the frames, made when all frames are there."""

    effective_when: ClassVar[Condition] = IsOn("engine")

    engine: Switchable[Literal["none", "flow", "RIFE v4.6", "FILM"]] = "none"
    """flow is offline: DIS optical flow in both directions, with occlusions handled. RIFE v4.6 and FILM are
    networks whose weights are given in `model`; without weights they fall back to flow with a warning."""
    amount: int = Field(2, ge=2, le=10)
    """Number of images for each frame; the frame rate is multiplied by the same number."""
    slow_motion: StrictBool = False
    """Play slower, in silence: a sound would have to be stretched."""
    slow_motion_amount: Annotated[int, Is("slow_motion", (True,))] = Field(2, ge=2, le=10)
    """Factor by which it is slower."""
    keep_images: StrictBool = False
    """Also keep the images, in a folder of PNG files."""
    use_upscaled: Annotated[StrictBool, Is("upscaling.enabled", (True,))] = False
    """Interpolate between the upscaled images, where there are any, instead of the film's own."""
    model: Annotated[WeightsFile, Is("engine", ("RIFE v4.6", "FILM"))] = ""
    """Path of the weights: RIFE's flownet.pkl, .pth or .safetensors; FILM's TorchScript file, .pt."""
