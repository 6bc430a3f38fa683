"""Guidance: the prompts of a drawing side by side in one call of the U-Net, and its answers as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.models.diffusion.prompts.encode import Conditioning, lengthened

OFF = 1.0
"""cfg_scale from which on the negative prompt counts; at it and below only the prompt is asked."""


@dataclass(frozen=True, eq=False)
class Guidance:
    """What the U-Net is asked, and how its answers combine.

    Attributes:
        context: A row per prompt (rows, tokens, width); the negative one first, where there is one.
        pooled: Likewise (rows, width), or None.
        weights: Weight of each positive prompt.
        scale: cfg_scale; None where there is no negative prompt.
        negative_scale: How far to lead from the last row, a negative prompt, to the one before, the empty
            one; None where there are no such rows. Models that take cfg_scale as an input are asked so.
    """

    context: Tensor
    pooled: Tensor | None
    weights: tuple[float, ...]
    scale: float | None
    negative_scale: float | None = None

    @classmethod
    def of(
        cls,
        positives: Sequence[tuple[Conditioning, float]],
        negative: Conditioning,
        scale: float,
        padding: Conditioning,
    ) -> "Guidance":
        """The guidance of weighted prompts away from a negative one.

        Args:
            positives: Conditions with weights, at least one.
            negative: What to lead away from.
            scale: cfg_scale.
            padding: The condition of the empty prompt.
        """
        is_on = scale > OFF
        rows = [*([negative] if is_on else []), *(condition for condition, _ in positives)]
        longest = max(row.context.shape[1] for row in rows)
        rows = [lengthened(row, longest, padding) for row in rows]
        pooled = [row.pooled for row in rows if row.pooled is not None]
        return cls(
            torch.cat([row.context for row in rows]),
            torch.cat(pooled) if pooled else None,
            tuple(weight for _, weight in positives),
            scale if is_on else None,
        )

    @classmethod
    def for_guidance_distilled(
        cls,
        positives: Sequence[tuple[Conditioning, float]],
        negative: Conditioning | None,
        scale: float,
        empty: Conditioning,
    ) -> "Guidance":
        """The guidance of a model that takes cfg_scale as an input, and so answers as if already guided.

        Its answer to the negative prompt is led by `scale` from the empty one to the negative one. Of that
        lead as much is taken away as guidance from the negative instead of the empty prompt would.

        Args:
            positives: Conditions with weights, at least one.
            negative: What to lead away from; None where that is nothing in particular.
            scale: cfg_scale.
            empty: The condition of the empty prompt.
        """
        is_on = negative is not None and scale > OFF
        extra = [(empty, 1.0), (negative, 1.0)] if negative is not None and is_on else []
        asked = cls.of([*positives, *extra], empty, OFF, empty)
        weights = tuple(weight for _, weight in positives)
        return replace(asked, weights=weights, negative_scale=(scale - 1) / scale if is_on else None)

    @property
    def rows(self) -> int:
        """How many prompts are asked at once."""
        return self.context.shape[0]

    def combined(self, answers: Tensor) -> Tensor:
        """One answer (1, C, h, w) from the rows' (rows, C, h, w).

        With guidance: the negative answer plus, for each prompt, its difference to it times weight times
        scale (Liu et al. 2022, composable diffusion). Without: the prompts' weighted mean.
        """
        if self.negative_scale is not None:
            answers, (empty, negative) = answers[:-2], answers[-2:]
            return torch.add(self._mean(answers), empty - negative, alpha=self.negative_scale)
        if self.scale is None:
            return self._mean(answers)
        negative, positives = answers[:1], answers[1:]
        return negative + _weighted(positives - negative, [weight * self.scale for weight in self.weights])

    def _mean(self, answers: Tensor) -> Tensor:
        """The prompts' weighted mean."""
        if len(self.weights) == 1:
            return answers
        total = sum(self.weights) or 1.0
        return _weighted(answers, [weight / total for weight in self.weights])


def _weighted(rows: Tensor, weights: Sequence[float]) -> Tensor:
    total = rows[:1] * weights[0]
    for index, weight in enumerate(weights[1:], start=1):
        total = torch.add(total, rows[index : index + 1], alpha=weight)
    return total
