"""`load_network`: a network of transformers with what prepares its images."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import to_uint8
from animator.images.side_stream import to_device
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.memory import is_out_of_memory
from animator.models.hub import not_downloaded, why_unreachable
from animator.models.library_errors import explained, quiet, reason_of
from animator.models.model_folder import check_model_folder, use_safetensors
from animator.models.pretrained.find import CONFIG, check_network, find_network
from animator.models.pretrained.kind import NetworkKind

_FILES = ("*.json", "*.safetensors", "*.txt")


@dataclass(frozen=True, eq=False)
class PretrainedNetwork:
    """A loaded network.

    Attributes:
        model: The model, in float32 on its device.
        processor: The image processor that is saved beside it.
        folder: Where it lies.
        device: Its device.
    """

    model: Any
    processor: Any
    folder: Path
    device: torch.device

    def inputs(self, image: Tensor, **extras: Any) -> dict[str, Tensor]:
        """Returns the network's inputs by their names, such as `pixel_values` (N, 3, h, w), on its device.

        The processors of transformers take 8-bit images on the host.

        Args:
            image: (3, H, W), [0, 1].
            extras: Further arguments of the processor.
        """
        pixels = np.ascontiguousarray(to_uint8(image))
        given = {"images": pixels, "input_data_format": "channels_last", "return_tensors": "pt"}
        inputs = self.processor(**given, **extras)
        tensors = ((name, value) for name, value in inputs.items() if isinstance(value, Tensor))
        return {name: to_device(tensor, self.device) for name, tensor in tensors}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Turns what a broken network raises while the block uses it into `ModelError`.

        Raises:
            ModelError: The network, or what prepares its images, is broken.
        """
        with explained(partial(_failure, str(self.folder), "cannot be run")):
            yield


def load_network(kind: NetworkKind, name: str, library: Library, device: torch.device) -> PretrainedNetwork:
    """Loads a network.

    Args:
        kind: What it has to be.
        name: As for `find_network`.
        library: The model folders.
        device: Device to run on.

    Raises:
        ModelError: There is none, it is broken, or it is something else.
    """
    what = f"{kind.setting}: {name or kind.what}"
    with quiet("transformers", explain=partial(_failure, what, "cannot be loaded")) as transformers:
        folder = find_network(kind, name, library) or _download(kind, name)
        model_class = kind.classes[read_config(folder / CONFIG)["model_type"]]
        model = load_model(getattr(transformers, model_class), folder)
        # The classes of OneFormer's data set are read from the hub otherwise, and only for its training.
        own = {"class_info_file": None} if model.config.model_type == "oneformer" else {}
        processor = transformers.AutoImageProcessor.from_pretrained(folder, local_files_only=True, **own)
    return PretrainedNetwork(model.to(device), processor, folder, device)


def load_model(kind: Any, folder: Path) -> Any:
    """Returns a model of transformers in float32 on the CPU, ready to run.

    Args:
        kind: Its class.
        folder: Where it lies.

    Raises:
        ModelError: Its folder is hostile, or weights are missing.
    """
    check_model_folder(folder)
    model, info = kind.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=use_safetensors(folder),
        dtype=torch.float32,
        output_loading_info=True,
    )
    if missing := sorted(info["missing_keys"]):
        raise ModelError(
            f"{folder}: lacks {len(missing)} weights, such as {missing[0]}; download or copy it again"
        )
    return model.eval().requires_grad_(requires_grad=False)


def _failure(what: str, action: str, error: Exception) -> str:
    if is_out_of_memory(error):
        return f"{what}: {action}: out of memory; use a smaller one, or smaller images"
    return f"{what}: {action}: {reason_of(error)}; download or copy it again"


def _download(kind: NetworkKind, name: str) -> Path:
    """Returns the folder of a model of the hub, downloaded: its settings and safe weights, no programs."""
    from huggingface_hub import snapshot_download

    if reason := why_unreachable():
        raise not_downloaded(kind.what, name, reason)
    folder = Path(snapshot_download(name, allow_patterns=list(_FILES)))
    check_network(kind, name, folder)
    return folder
