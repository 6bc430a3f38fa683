"""The request for each image of some settings."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from animator.generation.canvas import Canvas
from animator.generation.settings import ImageSettings
from animator.generation.styles import read_styles, styles_named, with_texts
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.tuning import DeepShrink, FreeU, GuidanceTuning, Refiner
from schedules import PromptFrame

MAX_SEED = 2**32 - 1
"""Largest seed that is picked; larger ones may be given."""
_SEEDS = 2**64


@dataclass(frozen=True)
class Seeds:
    """The seeds of one image.

    Attributes:
        seed: Of the noise.
        subseed: Of the variation noise.
    """

    seed: int
    subseed: int


def with_seeds(settings: ImageSettings) -> ImageSettings:
    """Returns settings with a seed and a subseed picked where they are left open."""
    picked = {
        name: secrets.randbelow(MAX_SEED + 1) for name in ("seed", "subseed") if getattr(settings, name) < 0
    }
    return settings.model_copy(update=picked)


def seeds_of(settings: ImageSettings) -> Iterator[Seeds]:
    """Yields the seeds of each image, as A1111 numbers them.

    Image j of iteration i has the seed + i * batch + j. With a variation strength the seed stays. The
    subseeds follow each other in any case.
    """
    for number in range(settings.images):
        moves = settings.subseed_strength == 0
        yield Seeds((settings.seed + (number if moves else 0)) % _SEEDS, (settings.subseed + number) % _SEEDS)


def prompt_of(settings: ImageSettings) -> PromptFrame:
    """Returns the prompts with the texts of the styles.

    Raises:
        UserError: The table of styles cannot be read, or lacks one.
    """
    styles = styles_named(settings.styles, read_styles(settings.styles_file)) if settings.styles else []
    return PromptFrame(
        with_texts(settings.prompt, (style.prompt for style in styles)),
        with_texts(settings.negative_prompt, (style.negative_prompt for style in styles)),
    )


def request_of(
    settings: ImageSettings, canvas: Canvas, prompt: PromptFrame, seeds: Seeds
) -> GenerationRequest:
    """Returns the request for one image, without its ControlNet units.

    Args:
        settings: The settings, with steps and guidance scale.
        canvas: What it starts from.
        prompt: The prompts.
        seeds: Of this image.
    """
    if settings.steps is None or settings.cfg_scale is None:
        raise ValueError("the settings leave steps or cfg_scale open; `resolve` fills them")
    refiner = settings.refiner
    return GenerationRequest(
        frame=0,
        size=canvas.size,
        image=None if canvas.is_latent else canvas.image,
        prompt=prompt,
        strength=settings.init.strength,
        steps=settings.steps,
        cfg_scale=settings.cfg_scale,
        sampler=settings.sampler,
        seed=seeds.seed,
        subseed=seeds.subseed,
        subseed_strength=settings.subseed_strength,
        noise_multiplier=settings.init.noise_multiplier,
        clip_skip=settings.clip_skip,
        ddim_eta=settings.ddim_eta,
        ancestral_eta=settings.ancestral_eta,
        tiling=settings.tiling,
        mask=canvas.mask,
        fill=settings.outpaint.fill if settings.outpaint.acts else settings.mask.fill,
        mask_padding=canvas.padding,
        seed_resize=settings.seed_resize,
        guidance=GuidanceTuning(settings.cfg_rescale, settings.distilled_cfg_scale, settings.image_cfg_scale),
        refiner=Refiner(refiner.model, refiner.share) if refiner.model else None,
        freeu=FreeU(**settings.freeu.model_dump()) if settings.freeu else None,
        deep_shrink=DeepShrink(**settings.deep_shrink.model_dump()) if settings.deep_shrink else None,
    )
