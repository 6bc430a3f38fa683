"""`RestoreFaces`: restores the faces of each generated image, in the same place from frame to frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from animator.loop.state import State
from animator.models.faces.face import Landmarks
from animator.models.faces.restore import FaceRestorer, restore_at
from animator.models.faces.steady import hold_still
from animator.timeline.plan import Plan


@dataclass(frozen=True)
class RestoreFaces:
    """Restores faces by a network; see `animator.loop.pipeline.Faces`.

    Attributes:
        restorer: The models.
    """

    restorer: FaceRestorer

    def restore(self, image: Tensor, plan: Plan, state: State) -> tuple[Tensor, Tensor | None]:
        """Returns the image (3, H, W) with its faces restored, and the landmarks of these faces (n, 5, 2)."""
        settings = plan.face_restoration
        if settings.strength <= 0.0:
            return image, None
        last = () if plan.cut else _landmarks(state.faces)
        held = hold_still(self.restorer.detector.detect(image), last)
        if not held:
            return image, None
        # What is used is what the state file has, so that a resumed film has the same bits.
        faces = torch.from_numpy(np.stack(held)).to(torch.float32)
        network, strength, fidelity = self.restorer.network, settings.strength, settings.fidelity
        return restore_at(image, _landmarks(faces), network, strength, fidelity), faces


def _landmarks(faces: Tensor | None) -> Sequence[Landmarks]:
    """Returns the landmarks of faces (n, 5, 2) on the CPU, each float64 (5, 2)."""
    return () if faces is None else tuple(faces.numpy().astype(np.float64))
