"""FILM (Reda et al. 2022) and other networks published as TorchScript files."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from animator.core.permissions import permissions
from animator.errors import AllowCode, ModelError
from animator.models.torch_archive import is_torchscript


class TorchScriptInterpolator:
    """Makes images between two with a TorchScript network `(first, second, time) -> image`.

    FILM's published `film_net_fp32.pt` is called like this: images (1, 3, H, W) in [0, 1], time (1, 1).

    Args:
        network: The network, on the device of the images.
    """

    def __init__(self, network: torch.jit.ScriptModule) -> None:
        self._network = network.eval()

    @torch.inference_mode()
    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """Returns the images (3, H, W), [0, 1], between two; see `FrameInterpolator`."""
        timesteps = (torch.full((1, 1), time, device=first.device) for time in times)
        images = (self._network(first.unsqueeze(0), second.unsqueeze(0), step) for step in timesteps)
        return iter([image[0].float().clamp(0.0, 1.0) for image in images])


def check_code(path: Path) -> None:
    """Checks that a TorchScript network may be run, without opening it.

    Raises:
        ModelError: The file is missing, not TorchScript, or programs are not permitted.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; expected a TorchScript network such as film_net_fp32.pt")
    if not is_torchscript(path):
        raise ModelError(f"{path}: is not a TorchScript file; expected a network such as film_net_fp32.pt")
    if not permissions().code:
        raise ModelError(
            f"{path}: is a program (TorchScript), which can read and replace any file of yours when it runs; "
            "the engines flow and RIFE v4.6 need none",
            AllowCode(),
        )


def load_torchscript(path: Path, device: torch.device | str = "cpu") -> TorchScriptInterpolator:
    """Loads a TorchScript network and tries it on two small images.

    Raises:
        ModelError: As `check_code`, or the network does not interpolate two images.
    """
    check_code(path)
    try:
        network = torch.jit.load(str(path), map_location=device)
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"{path}: is not a TorchScript file ({reason})") from error
    probe = torch.zeros(1, 3, 64, 64, device=device)
    try:
        with torch.inference_mode():
            output = network(probe, probe, torch.full((1, 1), 0.5, device=device))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[-300:]
        raise ModelError(f"{path}: cannot be called with two images and a time ({reason})") from error
    if not isinstance(output, Tensor) or output.shape != probe.shape:
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise ModelError(f"{path}: returns {shape} for two images of 64 x 64; expected one such image")
    return TorchScriptInterpolator(network)
