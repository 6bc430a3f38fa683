"""What is trained for how long: on two CPU cores in some hours, on one large GPU in about half an hour."""

from dataclasses import dataclass

from animator.training.denoiser import SizeShare
from animator.training.loop import TrainConfig
from animator.training.networks import Sizes


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        judge_images: True images that the judge learns from.
        judge_steps: Steps of its training.
        held_out: True images of each size that are measured with.
        prompts: Held-out prompts that are drawn, at most as many as held-out images.
        frames: Of the film.
    """

    judge_images: int = 3000
    judge_steps: int = 600
    held_out: int = 500
    prompts: int = 500
    frames: int = 60


@dataclass(frozen=True)
class Recipe:
    """The numbers of all stages.

    Attributes:
        sizes: Of the networks.
        images: How many of 256 pixels, and how many of 512.
        coder: Course of the autoencoder.
        crops: Crops in each of its steps.
        denoiser: Course of the denoiser.
        size_mix: What its steps are made of, in turn.
        distilled: Course of the distillation.
        distilled_diet: What its steps are made of.
        extent: How much of the model is measured at the end.
    """

    sizes: Sizes
    images: tuple[int, int]
    coder: TrainConfig
    crops: int
    denoiser: TrainConfig
    size_mix: tuple[SizeShare, ...]
    distilled: TrainConfig
    distilled_diet: tuple[SizeShare, ...]
    extent: Extent


RECIPES = {
    "cpu": Recipe(
        sizes=Sizes(),
        images=(12_000, 0),
        coder=TrainConfig(steps=3000, rate=1e-3, anneal=1500, every=100),
        crops=12,
        denoiser=TrainConfig(steps=6000, rate=1e-3, anneal=1500, every=150),
        size_mix=(SizeShare(16, 64), SizeShare(32, 16)),
        distilled=TrainConfig(steps=2000, rate=8e-4, warmup=20, anneal=1500, every=100),
        distilled_diet=(SizeShare(32, 16),),
        extent=Extent(),
    ),
    "gpu": Recipe(
        sizes=Sizes(widths=(64, 128, 256), text=192, text_layers=3),
        images=(60_000, 15_000),
        coder=TrainConfig(steps=6000, rate=1e-3, anneal=3000, every=500),
        crops=128,
        denoiser=TrainConfig(steps=9000, rate=1e-3, anneal=3000, mean=0.9995, every=500),
        size_mix=(SizeShare(32, 512), SizeShare(32, 512), SizeShare(64, 128)),
        distilled=TrainConfig(steps=4000, rate=5e-4, anneal=3000, mean=0.999, every=250),
        distilled_diet=(SizeShare(32, 512), SizeShare(64, 128)),
        extent=Extent(),
    ),
    "tiny": Recipe(
        sizes=Sizes(widths=(16, 32), text=32, text_layers=1),
        images=(250, 0),
        coder=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        crops=2,
        denoiser=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        size_mix=(SizeShare(16, 4), SizeShare(32, 2)),
        distilled=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        distilled_diet=(SizeShare(16, 4),),
        extent=Extent(judge_images=250, judge_steps=10, held_out=250, prompts=20, frames=4),
    ),
}
"""By name; `tiny` makes nothing worth looking at, in two minutes: a rehearsal."""
