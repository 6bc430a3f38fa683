"""Networks that restore faces, by spandrel: GFPGAN, RestoreFormer and CodeFormer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.faces.find import FACES
from animator.models.spandrel_file import load_spandrel

Call = Callable[[nn.Module, Tensor, float], Tensor]


def _gfpgan(network: nn.Module, faces: Tensor, fidelity: float) -> Tensor:
    """Runs GFPGAN with the noise that is stored in its file: fresh noise would flicker, and never repeat."""
    restored: Tensor = network(faces, return_rgb=False, randomize_noise=False)[0]
    return restored


def _restoreformer(network: nn.Module, faces: Tensor, fidelity: float) -> Tensor:
    restored: Tensor = network(faces)[0]
    return restored


def _codeformer(network: nn.Module, faces: Tensor, fidelity: float) -> Tensor:
    restored: Tensor = network(faces, weight=fidelity)[0]
    return restored


_CALLS: Mapping[str, Call] = {
    "GFPGAN": _gfpgan,
    "RestoreFormer": _restoreformer,
    "CodeFormer": _codeformer,
}
"""How each architecture is called, by spandrel's names."""


@dataclass(frozen=True, eq=False)
class RestorationNetwork:
    """A network of faces in [-1, 1], which all of these architectures are; see `FaceNetwork`.

    Attributes:
        path: Its file, for messages.
        network: The network.
        call: How it is called.
    """

    path: Path
    network: nn.Module
    call: Call

    @torch.inference_mode()
    def restore(self, face: Tensor, fidelity: float) -> Tensor:
        """Returns the restored face (3, `SIDE`, `SIDE`).

        Raises:
            ModelError: The network's result is not an image.
        """
        restored = self.call(self.network, face.unsqueeze(0) * 2.0 - 1.0, fidelity)[0]
        if restored.shape != face.shape or not bool(restored.isfinite().all()):
            raise ModelError(f"{self.path}: does not return a face; its weights may be damaged")
        return (restored + 1.0).div_(2.0).clamp_(0.0, 1.0)


def load_face_network(path: Path, device: torch.device | str) -> RestorationNetwork:
    """Loads a network that restores faces.

    Args:
        path: .safetensors, .pth, .pt or .ckpt.
        device: Device to run on.

    Raises:
        ModelError: The file or a package is missing, or it is another network.
    """
    model = load_spandrel(path, device, FACES)
    name = str(model.architecture.id)
    if name not in _CALLS:
        raise ModelError(
            f"{path}: is a network of the kind {model.architecture.name}; expected {FACES.one}: "
            f"{', '.join(_CALLS)}"
        )
    return RestorationNetwork(path, model.model, _CALLS[name])
