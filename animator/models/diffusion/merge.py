"""`merge_models`: one model from several: weighted means of their weights, with LoRA files baked in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError, UserError
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_model
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.precision import DTYPES
from animator.models.diffusion.save_pipeline import save_folder
from animator.models.diffusion.unet_model import UNetModel

_CPU = torch.device("cpu")
PRECISIONS = tuple(DTYPES)
"""Precisions of a merged model's files."""


@dataclass(frozen=True)
class Merge:
    """A merge that can be made.

    Attributes:
        first: The model that the others are merged into.
        others: Models with their weights; the first one has what is left of 1.
        loras: LoRA files with their weights, which are added to what comes out.
        library: Finds models by name.
    """

    first: str
    others: tuple[tuple[str, float], ...]
    loras: tuple[tuple[Path, float], ...]
    library: Library


def plan_merge(names: Sequence[str], weights: Sequence[float], library: Library) -> Merge:
    """Returns the merge of a model with other models and LoRA files, if they fit together; loads none.

    Args:
        names: The first model, then models and LoRA files.
        weights: Of those after the first, in their order.
        library: Finds models by name.

    Raises:
        ModelError: One is missing or broken, or has another base than the first.
        UserError: There are not as many weights as models after the first.
    """
    first, *rest = names
    if len(weights) != len(rest):
        raise UserError(
            f"{len(rest)} models after the first and {len(weights)} weights; expected one for each"
        )
    base = check_model(first, library)
    others: list[tuple[str, float]] = []
    loras: list[tuple[Path, float]] = []
    for name, weight in zip(rest, weights, strict=True):
        if (path := _lora(name, library)) is not None:
            loras.append((path, weight))
        else:
            _check_same_base(first, base, name, check_model(name, library))
            others.append((name, weight))
    return Merge(first, tuple(others), tuple(loras), library)


def usual_weights(names: Sequence[str], library: Library) -> list[float]:
    """Returns the weights of a merge that names none: equal shares for models, 1 for LoRA files.

    Args:
        names: The first model, then models and LoRA files.
        library: Finds models by name.

    Raises:
        ModelError: A file is broken.
    """
    are_loras = [_lora(name, library) is not None for name in names[1:]]
    share = 1 / (1 + are_loras.count(False))
    return [1.0 if is_lora else share for is_lora in are_loras]


def _lora(name: str, library: Library) -> Path | None:
    """Returns the LoRA file of a name; None for a model, and for what is not there."""
    path = library.locate(name)
    return path if path is not None and path.is_file() and identify(path).what == "lora" else None


def _check_same_base(first: str, base: ModelFacts | None, name: str, facts: ModelFacts | None) -> None:
    if base is not None and facts is not None and base.family != facts.family:
        raise ModelError(
            f"{name} is {FAMILY_NAMES[facts.family]}, and {first} is {FAMILY_NAMES[base.family]}; "
            "merged models have one base"
        )


@torch.no_grad()
def merge_models(merge: Merge, folder: Path, precision: str = "fp16") -> None:
    """Writes a merged model as a diffusers folder; the VAE is the first model's.

    Args:
        merge: The merge.
        folder: The new folder; it appears when it is complete.
        precision: A key of `PRECISIONS`: that of the files.

    Raises:
        ModelError: A model cannot be loaded, or its layers are not those of the first.
        OSError: The disk is full, and so on; nothing is left then.
    """
    pipeline = _load(merge.first, merge.library)
    networks = _networks(pipeline)
    left = 1.0 - sum(weight for _, weight in merge.others)
    for tensor in (tensor for network in networks.values() for tensor in _weights(network).values()):
        tensor.mul_(left)
    for name, weight in merge.others:
        _add(networks, merge.first, _networks(_load(name, merge.library)), name, weight)
    if merge.loras:
        model = UNetModel.of(merge.first, pipeline)
        layers = LoraLayers(merge.first, model.family, model.parts)
        layers.apply(tuple((path, weight, weight) for path, weight in merge.loras))
    pipeline.to(DTYPES[precision])
    save_folder(pipeline, folder)


def _load(name: str, library: Library) -> Any:
    return load_pipeline(find_checkpoint(name, library), LoadOptions(library=library, precision="fp32"), _CPU)


def _networks(pipeline: Any) -> dict[str, Any]:
    """Returns the networks that are merged, by diffusers' names."""
    return {
        name: part
        for name, part in pipeline.components.items()
        if isinstance(part, torch.nn.Module) and name != "vae"
    }


def _weights(network: Any) -> dict[str, torch.Tensor]:
    """Returns the tensors that are numbers with fractions, by their names."""
    return {name: tensor for name, tensor in network.state_dict().items() if tensor.is_floating_point()}


def _add(networks: dict[str, Any], first: str, others: dict[str, Any], name: str, weight: float) -> None:
    for part, network in networks.items():
        own = _weights(network)
        added = _weights(others[part]) if part in others else {}
        shapes, other_shapes = ({key: value.shape for key, value in one.items()} for one in (own, added))
        if shapes != other_shapes:
            different = next(iter(shapes.items() ^ other_shapes.items()))[0]
            raise ModelError(
                f"{name} cannot be merged into {first}: their {part} differs, such as in {different}; merged "
                "models have the same layers"
            )
        for key, tensor in own.items():
            tensor.add_(added[key], alpha=weight)
