"""Trains the built-in model: `python -m animator.training.train STAGE --folder FOLDER`.

The stages are data, autoencoder, denoiser, distilled, pack and evaluation; `all` runs them in this order.
Each resumes where it was stopped. The folder holds the images, states, loss curves and results.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from animator.errors import AnimatorError, UserError
from animator.models.device import choose_device, use_threads
from animator.runs.session import say
from animator.training import data
from animator.training.compute import Compute
from animator.training.denoiser import SizeShare
from animator.training.distributed import init_distributed
from animator.training.evaluation.generation import GenerationSettings
from animator.training.evaluation.run import evaluate_model
from animator.training.loop import TrainConfig
from animator.training.options import look_up, renamed_option, training_folder
from animator.training.recipes import RECIPES, Recipe
from animator.training.training_run import DISTILLED, TrainingRun

_EVALUATED_WITH = GenerationSettings(steps=4, cfg_scale=3.0)  # few steps, which the model is distilled for


@dataclass(frozen=True)
class Job:
    """A training run and what to do in it.

    Attributes:
        run: The training run.
        recipe: Sizes and lengths of all stages.
        workers: Processes that render images.
        target: Folder of the packed model; None packs into `model` of the run's folder.
        packed: Stage whose weights are packed: `denoiser` or `distilled`.
        trains_encoder: Train the autoencoder's encoder too, not only its decoder.
    """

    run: TrainingRun
    recipe: Recipe
    workers: int
    target: Path | None
    packed: str
    trains_encoder: bool

    @property
    def model(self) -> Path:
        """Folder of the packed model."""
        return self.target or self.run.folder / "model"


@dataclass(frozen=True)
class Overrides:
    """Numbers of the command line that replace the recipe's; None keeps them.

    Attributes:
        steps: Steps in all.
        anneal: Last steps over which the learning rate falls.
        rate: Learning rate.
        size_mix: Latent sizes and batches of the steps, in turn.
    """

    steps: int | None
    anneal: int | None
    rate: float | None
    size_mix: tuple[SizeShare, ...] | None

    def apply(self, recipe: Recipe) -> Recipe:
        """Returns the recipe with the numbers replaced in every stage."""
        if self.size_mix is not None:
            recipe = replace(recipe, size_mix=self.size_mix, distilled_size_mix=self.size_mix)
        return replace(
            recipe,
            autoencoder=self._apply_to_stage(recipe.autoencoder),
            denoiser=self._apply_to_stage(recipe.denoiser),
            distilled=self._apply_to_stage(recipe.distilled),
        )

    def _apply_to_stage(self, config: TrainConfig) -> TrainConfig:
        config = config if self.steps is None else config.with_steps(self.steps)
        return replace(
            config,
            anneal=config.anneal if self.anneal is None else self.anneal,
            rate=config.rate if self.rate is None else self.rate,
        )


def parse_size_mix(text: str) -> tuple[SizeShare, ...]:
    """Parses `16x64,32x16`: a step of 64 latents of 16 x 16, then one of 16 latents of 32 x 32, in turn.

    Raises:
        UserError: The text is not of that form.
    """
    try:
        return tuple(SizeShare(*map(int, share.split("x"))) for share in text.split(","))
    except (TypeError, ValueError) as error:
        raise UserError(f"--size-mix {text}: expected SIDExBATCH, ... such as 16x64,32x16") from error


def _log(line: dict[str, float]) -> None:
    typer.echo(json.dumps(line))


def _render_data(job: Job) -> None:
    folder = job.run.folder / "pictures"
    for size, count in zip((256, 512), job.recipe.images, strict=True):
        held_out = job.recipe.evaluation.held_out
        sets = ((f"held_out-{size}", data.HELD_OUT, held_out), (str(size), data.TRAINED_ON, count))
        for name, first, number in sets if count else ():
            for done in data.make_shards(folder / name, range(first, first + number), size, job.workers):
                _log({"size": size, "images": done, "of": number})


def _train_autoencoder(job: Job) -> None:
    job.run.train_autoencoder(job.recipe.autoencoder, job.recipe.crops, _log, encoder=job.trains_encoder)


def _train_denoiser(job: Job) -> None:
    job.run.train_denoiser(job.recipe.denoiser, job.recipe.size_mix, _log)


def _distill(job: Job) -> None:
    job.run.distill(job.recipe.distilled, job.recipe.distilled_size_mix, _log)


def _pack(job: Job) -> None:
    if job.run.compute.distributed.is_main:
        size = job.run.pack(job.model, job.packed)
        typer.echo(json.dumps({"model": str(job.model), "bytes": size}))


def _evaluate(job: Job) -> None:
    if job.run.compute.distributed.is_main:
        size = job.recipe.evaluation
        typer.echo(evaluate_model(job.model, job.run.folder, _EVALUATED_WITH, size, job.packed), nl=False)


STAGES: dict[str, Callable[[Job], None]] = {
    "data": _render_data,
    "autoencoder": _train_autoencoder,
    "denoiser": _train_denoiser,
    "distilled": _distill,
    "pack": _pack,
    "evaluation": _evaluate,
}


# Flags with defaults are how typer declares options; hence the exceptions from the rules below.
def main(  # noqa: PLR0913 - how typer declares options
    stage: Annotated[
        str, typer.Argument(help="data, autoencoder, denoiser, distilled, pack, evaluation, or all")
    ],
    folder: Annotated[Path | None, typer.Option(help="folder of images, states and loss curves")] = None,
    recipe: Annotated[str, typer.Option(help="cpu, gpu or tiny")] = "cpu",
    base: Annotated[Path | None, typer.Option(help="diffusers folder of the weights to start from")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps")] = "cpu",
    threads: Annotated[int, typer.Option(help="CPU threads of the networks")] = 1,
    workers: Annotated[int, typer.Option(help="processes that render images")] = 2,
    half: Annotated[bool, typer.Option("--half", help="compute in bfloat16")] = False,  # noqa: FBT002
    compiled: Annotated[bool, typer.Option("--compile", help="compile the networks")] = False,  # noqa: FBT002
    steps: Annotated[int | None, typer.Option(help="steps in all, instead of the recipe's")] = None,
    anneal: Annotated[int | None, typer.Option(help="last steps over which the learning rate falls")] = None,
    rate: Annotated[float | None, typer.Option(help="learning rate")] = None,
    size_mix: Annotated[str | None, typer.Option(help="latents of the steps, such as 16x64,32x16")] = None,
    favor: Annotated[str, typer.Option(help="phrases a,b,b: each repeats the images captioned so")] = "",
    fixed_encoder: Annotated[bool, typer.Option("--fixed-encoder", help="train only the decoder")] = False,  # noqa: FBT002
    packed: Annotated[str, typer.Option(help="stage to pack: denoiser or distilled")] = DISTILLED,
    target: Annotated[Path | None, typer.Option(help="folder of the packed model")] = None,
    workshop: Annotated[Path | None, typer.Option(hidden=True)] = None,
    diet: Annotated[str | None, typer.Option(hidden=True)] = None,
) -> None:
    """Runs one training stage of the built-in model, or all of them in order."""
    try:
        use_threads(threads)
        known = look_up(recipe, RECIPES, "--recipe")
        mix = renamed_option(size_mix, diet, ("--size-mix", "--diet"))
        overrides = Overrides(steps, anneal, rate, parse_size_mix(mix) if mix else None)
        compute = Compute(choose_device(device), half, compiled, init_distributed())
        if compute.half_is_slow:
            say("warning: --half: this CPU has no bfloat16 instructions; training is far faster without it")
        favored = tuple(phrase.strip() for phrase in favor.split(",") if phrase.strip())
        run = TrainingRun(training_folder(folder, workshop), compute, known.sizes, base, favored)
        job = Job(run, overrides.apply(known), workers, target, packed, trains_encoder=not fixed_encoder)
        for train_stage in STAGES.values() if stage == "all" else (look_up(stage, STAGES, "stage"),):
            train_stage(job)
    except AnimatorError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    typer.run(main)
