"""`build_faces`: opens the models that restore the faces of a film."""

import torch

from animator.loop.build.models import folders_of
from animator.loop.pipeline import NO_FACES, Faces
from animator.loop.steps.faces import RestoreFaces
from animator.models.faces.restore import open_or_leave
from animator.settings import Animation
from animator.settings.inputs import restores_faces


def build_faces(animation: Animation, device: torch.device) -> Faces:
    """Returns what restores the faces of a film's generated images.

    Args:
        animation: The settings.
        device: Device of the network.

    Raises:
        ModelError: A file is missing or broken, or a package is missing.
    """
    if not restores_faces(animation):
        return NO_FACES
    settings = animation.face_restoration
    restorer = open_or_leave(settings.model, settings.detector, device, folders_of(animation))
    return NO_FACES if restorer is None else RestoreFaces(restorer)
