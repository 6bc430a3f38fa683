"""What is made of the finished frames, beside the film itself: larger and smoother films."""

from typing import Literal

from pydantic import Field

from animator.settings.group import SettingsGroup, StrictBool
from animator.settings.paths import FileOrName, InputFile


class Upscaling(SettingsGroup):
    """A second, larger film, made when all frames are there."""

    r_upscale_video: StrictBool = False
    """Make a larger film, too."""
    r_upscale_factor: Literal["x2", "x3", "x4"] = "x2"
    """How many times larger."""
    r_upscale_model: FileOrName = Field("lanczos", min_length=1)
    """lanczos is offline: interpolation and a little sharpening, no new detail. Or a network, by the path of
    its file or by name in the model folders, such as realesr-animevideov3 (needs the extra `upscale`);
    Deforum's three names without a file fall back to lanczos, and say so."""
    r_upscale_keep_imgs: StrictBool = False
    """Also keep the larger images, in a folder of PNG files."""


class FrameInterpolation(SettingsGroup):
    """A second, smoother film with images made up between the frames, when all frames are there."""

    engine: Literal["None", "flow", "RIFE v4.6", "FILM"] = "None"
    """flow is offline: DIS optical flow both ways, occlusions minded. RIFE v4.6 and FILM are networks whose
    weights are given in `model`; without weights they fall back to flow, and say so."""
    x_amount: int = Field(2, ge=2, le=10)
    """So many images for each frame; the rate is raised as much."""
    slow_mo_enabled: StrictBool = False
    """Play slower, in silence: a sound would have to be stretched."""
    slow_mo_amount: int = Field(2, ge=2, le=10)
    """So many times slower."""
    keep_imgs: StrictBool = False
    """Also keep the images, in a folder of PNG files."""
    use_upscaled: StrictBool = False
    """Between the upscaled images, where there are any, instead of the film's own."""
    model: InputFile = ""
    """Path of the weights: RIFE's flownet.pkl, .pth or .safetensors; FILM's TorchScript file, .pt."""
