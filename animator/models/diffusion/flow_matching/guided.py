"""Calls of a flow-matching network at one step, and what is done with their guidance besides its scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.flow_matching.network import Arguments

_NEGATIVE = "negative_"
"""What the names of a pipeline's arguments begin with that carry the negative prompt."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of the network.

    Attributes:
        arguments: Embeddings and guidance scales.
        weight: Of its result in what is denoised.
        own: Of its result in what the prompts predict without guidance, whose contrast a rescaled guidance
            has; 0 for the negative prompt, and where nothing is rescaled.
    """

    arguments: Arguments
    weight: float
    own: float = 0.0


Calls = tuple[Call, ...]
"""Those of a step; their weights sum to 1."""


def combined(calls: Calls, made: Sequence[Tensor], noised: Tensor, rescale: float) -> Tensor:
    """Returns the denoised latent (1, C, h, w) of a step's calls.

    Args:
        calls: The calls.
        made: What the network made of the noised latent for each, of its shape.
        noised: The latent that was denoised.
        rescale: Share of the contrast of guidance that is brought back, in [0, 1].
    """
    if len(calls) == 1:
        return made[0]
    denoised: Tensor = mean([(one, call.weight) for one, call in zip(made, calls, strict=True)])
    if not any(call.own for call in calls):
        return denoised
    own: Tensor = mean([(one, call.own) for one, call in zip(made, calls, strict=True)])
    return with_contrast_of(own, denoised, noised, rescale)


def unguided(arguments: Arguments, family: FlowFamily) -> tuple[Arguments, Arguments, float]:
    """Returns the arguments of a guided call for each of its two prompts, and its scale.

    Args:
        arguments: Of a call with a negative prompt.
        family: The model's family.
    """
    name, off = _SCALES[family.guidance]
    scale = {name: off}
    both = {key for key in arguments if not key.startswith(_NEGATIVE)}
    shared = {key: arguments[key] for key in both if f"{_NEGATIVE}{key}" not in arguments} | scale
    positive = {key: arguments[key] for key in both} | scale
    negative = {
        key.removeprefix(_NEGATIVE): value for key, value in arguments.items() if key.startswith(_NEGATIVE)
    }
    return positive, shared | negative, arguments[name] + 1.0 - off


_SCALES: Mapping[str, tuple[str, float]] = {
    "usual": ("guidance_scale", 1.0),
    "added": ("guidance_scale", 0.0),
    "true": ("true_cfg_scale", 1.0),
}
"""By how a family takes cfg_scale: the argument, and its value without guidance."""


def in_predictions(calls: Sequence[Call], family: FlowFamily) -> Calls:
    """Returns calls of which one has each prompt's own prediction, and the same sum of all.

    A pipeline guides within one call. Where that is a sum of two predictions, they are asked for one by one.
    A pipeline that changes the sum is called besides, which is one prediction more.

    Args:
        calls: Those of a step.
        family: The model's family.
    """
    split: list[Call] = []
    for call in calls:
        if not call.own:
            split.append(call)
            continue
        positive, negative, scale = unguided(call.arguments, family)
        if family.normalizes:
            split += [replace(call, own=0.0), Call(positive, 0.0, call.own)]
        else:
            split += [
                Call(positive, call.weight * scale, call.own),
                Call(negative, call.weight * (1 - scale)),
            ]
    return tuple(split)


def with_contrast_of(own: Tensor, guided: Tensor, noised: Tensor, share: float) -> Tensor:
    """Returns a guided result with its contrast brought back (Lin et al. 2023, equations 15 and 16).

    The contrast is that of what the network predicts: the velocity, which leads from the image to the noise.

    Args:
        own: The denoised latent (1, C, h, w) of the prompts without guidance.
        guided: That with guidance.
        noised: The latent that was denoised.
        share: In [0, 1]: how much of the contrast is brought back.
    """
    axes = (1, 2, 3)
    velocity = noised - guided
    ratio = (noised - own).std(axes, keepdim=True) / velocity.std(axes, keepdim=True)
    return noised - velocity.lerp(velocity * ratio, share)


def mean(weighted: Sequence[tuple[Any, float]]) -> Any:
    """Returns the weighted sum of tensors, or of lists of tensors, of one form."""
    used = [(value, weight) for value, weight in weighted if weight] or [*weighted]
    (value, weight), *others = used
    if isinstance(value, list):
        return [mean([(one[index], share) for one, share in used]) for index in range(len(value))]
    total = value if weight == 1 else value * weight
    for other, share in others:
        total = total + other * share
    return total
