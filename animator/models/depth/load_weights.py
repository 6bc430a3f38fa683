"""Loads an official file's weights into our network: renames keys and checks that all are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.depth.registry import MODELS
from animator.models.depth.spec import DepthModelSpec, Signature

SHOWN = 3


@dataclass(frozen=True)
class WeightMatch:
    """Result of matching a file's keys to a network.

    Attributes:
        weights: Tensors by the network's keys.
        unused: Keys of the file that depth does not need (class heads, index tables).
        missing: Keys of the network that the file lacks.
        left_over: Keys of the file that the network lacks.
        misshapen: Keys whose shapes differ.
    """

    weights: Mapping[str, Tensor]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    left_over: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """True if no key is missing, left over or misshapen."""
        return not (self.missing or self.left_over or self.misshapen)


def match_weights(spec: DepthModelSpec, network: nn.Module, state: Mapping[str, Tensor]) -> WeightMatch:
    """Matches a file's keys to those of a network.

    Args:
        spec: Spec of the network, which renames keys.
        network: The network.
        state: The file's state dict.
    """
    expected = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    weights: dict[str, Tensor] = {}
    unused, left_over, misshapen = [], [], []
    for official, value in state.items():
        key = spec.rename(official)
        if key is None:
            unused.append(official)
        elif key not in expected:
            left_over.append(official)
        elif expected[key] != tuple(value.shape):
            misshapen.append(f"{official} {tuple(value.shape)} for {expected[key]}")
        else:
            weights[key] = value
    seen = set(weights) | {spec.rename(text.split(" ")[0]) for text in misshapen}
    missing = tuple(key for key in expected if key not in seen)
    return WeightMatch(weights, tuple(unused), missing, tuple(left_over), tuple(misshapen))


def load_weights(
    spec: DepthModelSpec, network: nn.Module, state: Mapping[str, Tensor], source: str
) -> nn.Module:
    """Loads a file's weights into the network and returns it.

    Raises:
        ModelError: Keys are missing, left over or misshapen.
    """
    match = match_weights(spec, network, state)
    if not match.complete:
        raise ModelError(
            f"{source}: does not fit {spec.name}. {_describe_differences(match)} {describe_file(state)}"
        )
    network.load_state_dict(match.weights, assign=True)
    return network


def find_spec(state: Mapping[str, Tensor], filename: str = "") -> DepthModelSpec | None:
    """Returns the spec of the network that a file belongs to, by its keys, then by its name, or None."""
    matching = [spec for spec in MODELS if _has_signature(state, spec.signature)]
    named = [spec for spec in matching if filename in spec.files]
    return next(iter(named or matching), None)


def describe_file(state: Mapping[str, Tensor]) -> str:
    """Returns a sentence that says what a file appears to be."""
    for prefix, what in _OTHER_MOGE:
        if any(key.startswith(prefix) for key in state):
            return f"The file seems to be {what}; use moge-2-small, moge-2-base or moge-2-large instead."
    spec = find_spec(state)
    if spec is not None:
        return f"The file seems to be {spec.name} ({spec.files[0]}): use that name."
    for prefix, what in _OTHER_FILES:
        if any(prefix in key for key in state):
            return f"The file seems to be {what}."
    return "The file does not belong to a known depth network."


_OTHER_MOGE = (
    ("head.upsample_blocks.", "MoGe of the first version"),
    ("refiner.", "MoGe of a later version"),
)
"""What keys begin with in files that look like MoGe-2 and are not."""
_OTHER_FILES = (
    ("model.diffusion_model.", "a Stable Diffusion checkpoint"),
    ("lora_up.", "a LoRA"),
    (
        "model.da3.",
        "Depth-Anything 3 of two networks; use DA3MONO-LARGE, DA3-SMALL, DA3-BASE or DA3-LARGE instead",
    ),
    (
        "model.backbone.pretrained.",
        "Depth-Anything 3 of another size; use DA3MONO-LARGE, DA3-SMALL, DA3-BASE or DA3-LARGE instead",
    ),
    ("lora_A.", "a LoRA"),
    (
        "neck.reassemble_stage.",
        "a depth network in the layout of transformers; use the official file instead",
    ),
    ("encoder.layer.", "a text or image encoder in the layout of transformers"),
)


def _has_signature(state: Mapping[str, Tensor], signature: Signature) -> bool:
    key, shape = signature
    tensor = state.get(key)
    return tensor is not None and (shape is None or tuple(tensor.shape) == shape)


def _describe_differences(match: WeightMatch) -> str:
    parts = []
    for keys, what in (
        (match.missing, "missing"),
        (match.left_over, "left over"),
        (match.misshapen, "misshapen"),
    ):
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            parts.append(f"{len(keys)} {what}: {', '.join(keys[:SHOWN])}{more}.")
    return " ".join(parts)
