"""What can be asked of a worker besides films, such as `Generation`, `ImageGrid` and `FilmFrame`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class MadeImage:
    """A finished image.

    Attributes:
        png: The PNG file, with its infotext.
        seed: Its seed; 0 where nothing was generated.
        subseed: Its second seed.
        infotext: How it was made; empty where nothing was generated.
        settings: The settings of the image, with everything that was left open.
        model_hash: Short hash of the model; empty if it is not known.
        path: The file in which it is kept; None if it is not.
        is_inpainting: True if an inpainting model made it.
    """

    png: bytes
    seed: int = 0
    subseed: int = 0
    infotext: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    model_hash: str = ""
    path: Path | None = None
    is_inpainting: bool = False


@dataclass(frozen=True)
class Faces:
    """How faces are restored.

    Attributes:
        model: The network, as in `face_restoration.model`.
        label: Its name in infotexts.
        strength: Share of the restored faces, 0 to 1.
        fidelity: As in `face_restoration.fidelity`.
    """

    model: str
    label: str
    strength: float = 1.0
    fidelity: float = 0.5


@dataclass(frozen=True)
class Generation:
    """Images to generate.

    Attributes:
        settings: With the structure of `ImageSettings`.
        faces: How their faces are restored; None leaves them.
    """

    settings: Mapping[str, Any]
    faces: Faces | None = None


@dataclass(frozen=True)
class FilmFrame:
    """A frame of a film to generate without those before it.

    Attributes:
        preset: The film, as in `JobRequest`.
        frame: Number of the frame.
    """

    preset: str
    frame: int


@dataclass(frozen=True)
class ImageGrid:
    """An image for each combination of some values, and at last the sheet of all.

    Attributes:
        settings: With the structure of `ImageSettings`.
        axes: Settings and their values, such as `cfg_scale=2,4,6`: columns first.
    """

    settings: Mapping[str, Any]
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Enlargement:
    """Images to enlarge.

    Attributes:
        images: Paths of their files.
        scale: Factor of width and height; None where `size` is given.
        size: Width and height; None where `scale` is given.
        crops: Fill the size and cut off what is too much, instead of stretching.
        upscaler: `lanczos`, `nearest`, or a network as in `hires.upscaler`.
        second: Another upscaler, whose image is blended in; empty for none.
        second_share: Share of that image, 0 to 1.
        faces: How faces are restored before, one way after the other.
    """

    images: tuple[str, ...]
    scale: float | None = None
    size: tuple[int, int] | None = None
    crops: bool = True
    upscaler: str = "lanczos"
    second: str = ""
    second_share: float = 0.0
    faces: tuple[Faces, ...] = ()


@dataclass(frozen=True)
class ControlImages:
    """Images to preprocess as ControlNet does.

    Attributes:
        images: Paths of their files.
        module: Name of the preprocessor, such as `canny`.
        resolution: Shorter side at which that is done; 0 for the image's own.
        thresholds: The preprocessor's numbers; None for its own.
    """

    images: tuple[str, ...]
    module: str
    resolution: int = 0
    thresholds: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class DropModels:
    """Nothing to make: the worker drops the models that it keeps."""


ImageWork = Generation | ImageGrid | FilmFrame | Enlargement | ControlImages | DropModels
