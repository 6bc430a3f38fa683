"""Recipes: sizes and lengths of all training stages.

`cpu` takes some hours on two CPU cores, `gpu` about half an hour on one large GPU.
"""

from dataclasses import dataclass

from animator.training.denoiser import SizeShare
from animator.training.loop import TrainConfig
from animator.training.networks import Sizes


@dataclass(frozen=True)
class EvaluationSize:
    """Size of an evaluation.

    Attributes:
        classifier_images: Rendered images that the classifier is trained on.
        classifier_steps: Training steps of the classifier.
        held_out: Held-out images of each size.
        prompts: Held-out prompts to generate, at most `held_out`.
        frames: Frames of the film.
    """

    classifier_images: int = 3000
    classifier_steps: int = 600
    held_out: int = 500
    prompts: int = 500
    frames: int = 60


@dataclass(frozen=True)
class Recipe:
    """Sizes and lengths of all stages.

    Attributes:
        sizes: Sizes of the networks.
        images: Number of images of 256 pixels, and of 512.
        autoencoder: Training of the autoencoder.
        crops: Crops per step of the autoencoder.
        denoiser: Training of the denoiser.
        size_mix: Latent side and batch size of the denoiser's steps, in turn.
        distilled: Training of the distillation.
        distilled_size_mix: Latent side and batch size of the distillation's steps, in turn.
        evaluation: Size of the evaluation of the packed model.
    """

    sizes: Sizes
    images: tuple[int, int]
    autoencoder: TrainConfig
    crops: int
    denoiser: TrainConfig
    size_mix: tuple[SizeShare, ...]
    distilled: TrainConfig
    distilled_size_mix: tuple[SizeShare, ...]
    evaluation: EvaluationSize


RECIPES = {
    "cpu": Recipe(
        sizes=Sizes(),
        images=(12_000, 0),
        autoencoder=TrainConfig(steps=3000, rate=1e-3, anneal=1500, every=100),
        crops=12,
        denoiser=TrainConfig(steps=6000, rate=1e-3, anneal=1500, every=150),
        size_mix=(SizeShare(16, 64), SizeShare(32, 16)),
        distilled=TrainConfig(steps=2000, rate=8e-4, warmup=20, anneal=1500, every=100),
        distilled_size_mix=(SizeShare(32, 16),),
        evaluation=EvaluationSize(),
    ),
    "gpu": Recipe(
        sizes=Sizes(widths=(64, 128, 256), text=192, text_layers=3),
        images=(60_000, 15_000),
        autoencoder=TrainConfig(steps=6000, rate=1e-3, anneal=3000, every=500),
        crops=128,
        denoiser=TrainConfig(steps=9000, rate=1e-3, anneal=3000, ema_decay=0.9995, every=500),
        size_mix=(SizeShare(32, 512), SizeShare(32, 512), SizeShare(64, 128)),
        distilled=TrainConfig(steps=4000, rate=5e-4, anneal=3000, ema_decay=0.999, every=250),
        distilled_size_mix=(SizeShare(32, 512), SizeShare(64, 128)),
        evaluation=EvaluationSize(),
    ),
    "tiny": Recipe(
        sizes=Sizes(widths=(16, 32), text=32, text_layers=1),
        images=(250, 0),
        autoencoder=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        crops=2,
        denoiser=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        size_mix=(SizeShare(16, 4), SizeShare(32, 2)),
        distilled=TrainConfig(steps=10, rate=1e-3, warmup=2, every=5),
        distilled_size_mix=(SizeShare(16, 4),),
        evaluation=EvaluationSize(
            classifier_images=250, classifier_steps=10, held_out=250, prompts=20, frames=4
        ),
    ),
}
"""Recipes by name; `tiny` is a rehearsal of two minutes, whose images are not worth looking at."""
