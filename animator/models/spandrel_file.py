"""Loads networks from images to images from published files, which the package spandrel recognizes."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError
from animator.models.spandrel_package import EXTRA, NetworkUse, check_spandrel
from animator.models.torchvision_ops import declare_missing_ops
from animator.models.weights import read_weights

_MORE = f"pip install {EXTRA} adds networks whose licenses restrict their use, such as CodeFormer"


def load_spandrel(path: Path, device: torch.device | str, use: NetworkUse) -> Any:
    """Returns spandrel's `ImageModelDescriptor` of a network for RGB images, ready to run.

    Args:
        path: .safetensors, .pth or .pt.
        device: Device to run on.
        use: What the network is wanted for.

    Raises:
        ModelError: The file or the package is missing, or the network is not one for RGB images.
    """
    weights = read_weights(path)
    check_spandrel(path, use)
    declare_missing_ops()
    from spandrel import MAIN_REGISTRY, ImageModelDescriptor, ModelLoader, UnsupportedModelError

    registry, has_extra = MAIN_REGISTRY.copy(), find_spec(EXTRA) is not None
    if has_extra:
        registry.add(*import_module(EXTRA).EXTRA_REGISTRY, ignore_duplicates=True)
    try:
        model = ModelLoader(torch.device(device), registry).load_from_state_dict(weights)
    except (UnsupportedModelError, RuntimeError, KeyError, ValueError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        more = "" if has_extra else f"; {_MORE}"
        raise ModelError(f"{path}: is not {use.one} that spandrel knows ({reason}){more}") from error
    if not isinstance(model, ImageModelDescriptor) or model.input_channels != 3 or model.output_channels != 3:
        raise ModelError(f"{path}: is a {model.purpose} network; expected {use.one} for RGB images")
    return model.eval()
