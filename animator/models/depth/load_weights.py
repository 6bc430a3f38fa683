"""The weights of an official file, put into our network: keys renamed, everything accounted for."""

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
    """How a file and a network go together.

    Attributes:
        weights: Our key -> tensor.
        unused: Keys of the file that depth does not need (class heads, index tables).
        missing: Our keys that the file lacks.
        left_over: Keys of the file that have no place.
        misshapen: Keys whose shapes differ.
    """

    weights: Mapping[str, Tensor]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    left_over: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, left over or of another shape."""
        return not (self.missing or self.left_over or self.misshapen)


def match_weights(spec: DepthModelSpec, network: nn.Module, state: Mapping[str, Tensor]) -> WeightMatch:
    """What of the file goes where."""
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    weights: dict[str, Tensor] = {}
    unused, left_over, misshapen = [], [], []
    for official, value in state.items():
        key = spec.rename(official)
        if key is None:
            unused.append(official)
        elif key not in wanted:
            left_over.append(official)
        elif wanted[key] != tuple(value.shape):
            misshapen.append(f"{official} {tuple(value.shape)} for {wanted[key]}")
        else:
            weights[key] = value
    seen = set(weights) | {spec.rename(text.split(" ")[0]) for text in misshapen}
    missing = tuple(key for key in wanted if key not in seen)
    return WeightMatch(weights, tuple(unused), missing, tuple(left_over), tuple(misshapen))


def load_weights(
    spec: DepthModelSpec, network: nn.Module, state: Mapping[str, Tensor], source: str
) -> nn.Module:
    """The network with the weights of the file in it.

    Raises:
        ModelError: Keys missing, left over or of other shapes: says which, and what the file seems to be.
    """
    found = match_weights(spec, network, state)
    if not found.complete:
        raise ModelError(f"{source}: does not fit {spec.name}. {_differences(found)} {identify(state)}")
    network.load_state_dict(found.weights, assign=True)
    return network


def recognized(state: Mapping[str, Tensor], filename: str = "") -> DepthModelSpec | None:
    """The network that a file is for, by its layout and, among equals, its name; None if none of ours."""
    alike = [spec for spec in MODELS if _has(state, spec.signature)]
    named = [spec for spec in alike if filename in spec.files]
    return next(iter(named or alike), None)


def identify(state: Mapping[str, Tensor]) -> str:
    """A sentence on what a file seems to be."""
    spec = recognized(state)
    if spec is not None:
        return f"The file seems to be {spec.name} ({spec.files[0]}): use that name."
    for prefix, what in _STRANGERS:
        if any(prefix in key for key in state):
            return f"The file seems to be {what}."
    return "The file is of no depth network known here."


_STRANGERS = (
    ("model.diffusion_model.", "a Stable Diffusion checkpoint"),
    ("lora_up.", "a LoRA"),
    ("lora_A.", "a LoRA"),
    (
        "neck.reassemble_stage.",
        "a depth network in the layout of transformers; take the official file instead",
    ),
    ("encoder.layer.", "a text or image encoder in the layout of transformers"),
)


def _has(state: Mapping[str, Tensor], signature: Signature) -> bool:
    key, shape = signature
    found = state.get(key)
    return found is not None and (shape is None or tuple(found.shape) == shape)


def _differences(found: WeightMatch) -> str:
    parts = []
    for keys, what in (
        (found.missing, "missing"),
        (found.left_over, "left over"),
        (found.misshapen, "misshapen"),
    ):
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            parts.append(f"{len(keys)} {what}: {', '.join(keys[:SHOWN])}{more}.")
    return " ".join(parts)
