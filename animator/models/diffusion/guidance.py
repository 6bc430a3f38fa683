"""`Guidance`: the prompts of a step as one U-Net batch, and classifier-free guidance of its outputs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.models.diffusion.prompts.encode import Conditioning, pad_context

OFF = 1.0
"""At this cfg_scale and below there is no guidance: the negative prompt is not evaluated."""


@dataclass(frozen=True, eq=False)
class Guidance:
    """The U-Net's batch of prompts, and how its outputs are combined.

    Attributes:
        context: Prompt embeddings (rows, tokens, width), the negative prompt first if there is one.
        pooled: Pooled prompt embeddings (rows, width), or None.
        weights: Weight of each positive prompt.
        scale: cfg_scale; None without a negative prompt.
        negative_scale: For guidance-distilled models, whose last two rows are the empty and the negative
            prompt: the weight of their difference. None without these rows.
        image_scale: For InstructPix2Pix models, whose last row is the negative prompt without the image: the
            image guidance scale. None without this row.
        rescale: Share of the guided output whose standard deviation is that of the prompts' own.
    """

    context: Tensor
    pooled: Tensor | None
    weights: tuple[float, ...]
    scale: float | None
    negative_scale: float | None = None
    image_scale: float | None = None
    rescale: float = 0.0

    @classmethod
    def of(
        cls,
        positives: Sequence[tuple[Conditioning, float]],
        negative: Conditioning,
        scale: float,
        padding: Conditioning,
        *,
        keep_negative: bool = False,
    ) -> "Guidance":
        """Returns the guidance of weighted prompts away from a negative prompt.

        Args:
            positives: Conditionings with weights, at least one.
            negative: Conditioning to guide away from.
            scale: cfg_scale.
            padding: Conditioning of the empty prompt, which pads shorter ones.
            keep_negative: Evaluate the negative prompt also where the scale does not ask for it.
        """
        is_on = scale > OFF or keep_negative
        rows = [*([negative] if is_on else []), *(conditioning for conditioning, _ in positives)]
        longest = max(row.context.shape[1] for row in rows)
        rows = [pad_context(row, longest, padding) for row in rows]
        pooled = [row.pooled for row in rows if row.pooled is not None]
        return cls(
            torch.cat([row.context for row in rows]),
            torch.cat(pooled) if pooled else None,
            tuple(weight for _, weight in positives),
            max(scale, OFF) if is_on else None,
        )

    @classmethod
    def for_guidance_distilled(
        cls,
        positives: Sequence[tuple[Conditioning, float]],
        negative: Conditioning | None,
        scale: float,
        empty: Conditioning,
    ) -> "Guidance":
        """Returns the guidance of a guidance-distilled model, which takes cfg_scale as an input.

        Such a model's output is already guided, away from the empty prompt. Its outputs for the negative and
        the empty prompt differ by `scale` times their direction; subtracting (scale - 1) / scale of that
        difference guides away from the negative prompt instead.

        Args:
            positives: Conditionings with weights, at least one.
            negative: Conditioning to guide away from; None without a negative prompt.
            scale: cfg_scale.
            empty: Conditioning of the empty prompt.
        """
        is_on = negative is not None and scale > OFF
        extra = [(empty, 1.0), (negative, 1.0)] if negative is not None and is_on else []
        guidance = cls.of([*positives, *extra], empty, OFF, empty)
        weights = tuple(weight for _, weight in positives)
        return replace(guidance, weights=weights, negative_scale=(scale - 1) / scale if is_on else None)

    def by_image(self, scale: float) -> "Guidance":
        """Returns a guidance by an image too, for InstructPix2Pix models (Brooks et al. 2023, equation 3).

        Its last row, which does not see the image, is the negative prompt; this one has to have it.

        Args:
            scale: Image guidance scale.
        """
        pooled = None if self.pooled is None else torch.cat([self.pooled, self.pooled[:1]])
        return replace(
            self, context=torch.cat([self.context, self.context[:1]]), pooled=pooled, image_scale=scale
        )

    def sees_image(self, rows: slice, like: Tensor) -> Tensor:
        """Returns 1 for each of these rows that sees the image to edit, and 0 for the one that does not.

        Args:
            rows: Some of the rows.
            like: Tensor of the device and precision of the result (count, 1, 1, 1).
        """
        sees = torch.ones((self.rows, 1, 1, 1), device=like.device, dtype=like.dtype)
        if self.image_scale is not None:
            sees[-1] = 0
        return sees[rows]

    @property
    def is_negative(self) -> tuple[bool, ...]:
        """For each row, True for one of the negative prompt."""
        first, last = self.scale is not None, self.image_scale is not None
        return tuple((first and row == 0) or (last and row == self.rows - 1) for row in range(self.rows))

    @property
    def rows(self) -> int:
        """Batch size: the number of prompts."""
        return self.context.shape[0]

    def combine(self, outputs: Tensor) -> Tensor:
        """Returns the guided output (1, C, h, w) of the batch's outputs (rows, C, h, w).

        With guidance: the negative prompt's output plus, for each prompt, its difference to it times weight
        times scale (Liu et al. 2022, composable diffusion). Without: the weighted mean of the prompts.
        """
        if self.negative_scale is not None:
            outputs, (empty, negative) = outputs[:-2], outputs[-2:]
            return torch.add(self._weighted_mean(outputs), empty - negative, alpha=self.negative_scale)
        if self.scale is None:
            return self._weighted_mean(outputs)
        if self.image_scale is not None:
            outputs, without_image = outputs[:-1], outputs[-1:]
        negative, positives = outputs[:1], outputs[1:]
        guided = negative + _weighted_sum(
            positives - negative, [weight * self.scale for weight in self.weights]
        )
        if self.image_scale is not None:
            guided = torch.add(guided, negative - without_image, alpha=self.image_scale - OFF)
        return self._rescaled(guided, positives) if self.rescale else guided

    def _rescaled(self, guided: Tensor, positives: Tensor) -> Tensor:
        """Returns the output with its contrast brought back (Lin et al. 2023, equations 15 and 16)."""
        own = self._weighted_mean(positives)
        axes = (1, 2, 3)
        ratio = own.std(axes, keepdim=True) / guided.std(axes, keepdim=True)
        return guided.lerp(guided * ratio, self.rescale)

    def _weighted_mean(self, outputs: Tensor) -> Tensor:
        """Returns the weighted mean of the prompts' outputs."""
        if len(self.weights) == 1:
            return outputs
        total = sum(self.weights) or 1.0
        return _weighted_sum(outputs, [weight / total for weight in self.weights])


def _weighted_sum(rows: Tensor, weights: Sequence[float]) -> Tensor:
    total = rows[:1] * weights[0]
    for index, weight in enumerate(weights[1:], start=1):
        total = torch.add(total, rows[index : index + 1], alpha=weight)
    return total
