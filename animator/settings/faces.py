"""Restoration of the faces in generated images."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from animator.settings.effect import Condition
from animator.settings.fields import Unit
from animator.settings.group import StrictBool
from animator.settings.needs import Is
from animator.settings.paths import FileOrName
from animator.settings.scheduled import Scheduled


@dataclass(frozen=True, kw_only=True)
class FaceRestorationPlan:
    """The values of `FaceRestoration` at one frame."""

    strength: Unit = 1
    """Share of the restored faces in the image; 0 leaves them as generated, and takes no time."""
    fidelity: Unit = 0.5
    """For CodeFormer: 0 restores the most, 1 stays the closest to the generated face."""


class FaceRestoration(Scheduled[FaceRestorationPlan]):
    """Restores the faces of each generated image by a network for faces (needs the extra `upscale`)."""

    effective_when: ClassVar[Condition] = Is("enabled", (True,))

    enabled: StrictBool = False
    """Restore faces."""
    model: FileOrName = Field("GFPGANv1.4", min_length=1)
    """The network: the path of a file of GFPGAN, RestoreFormer or CodeFormer, or its name in the model
    folders."""
    detector: FileOrName = Field("yunet", min_length=1)
    """What finds the faces, OpenCV's detector YuNet: the path of its file, its name in the model folders, or
    yunet for face_detection_yunet_2023mar.onnx there."""
