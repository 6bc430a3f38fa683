"""Makes the built-in model: `python -m animator.training.train STAGE --training_run FOLDER`.

The stages are data, autoencoder, denoiser, distilled, pack and evaluation; `all` runs them in this order.
Each resumes where it was stopped. The folder holds the images, the states, the curves and the results.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from animator.errors import AnimatorError, UserError
from animator.models.device import choose_device, use_threads
from animator.runs.session import say
from animator.training import data
from animator.training.compute import Compute
from animator.training.denoiser import SizeShare
from animator.training.distributed import join
from animator.training.evaluation.drawing import Manner
from animator.training.evaluation.trial import evaluated
from animator.training.loop import TrainConfig
from animator.training.recipes import RECIPES, Recipe
from animator.training.training_run import DISTILLED, TrainingRun

# Flags with defaults are how typer declares options; hence the exceptions from the rules below.
T = TypeVar("T")

_MANNER = Manner(steps=4, cfg_scale=3.0)  # of the evaluation: as few steps as the model is made for


@dataclass(frozen=True)
class Job:
    """A training_run with what is to be done in it."""

    shop: TrainingRun
    recipe: Recipe
    workers: int
    target: Path | None
    packed: str
    moves_encoder: bool

    @property
    def model(self) -> Path:
        """The packed model."""
        return self.target or self.shop.folder / "model"


def _log(line: dict[str, float]) -> None:
    typer.echo(json.dumps(line))


def _data(job: Job) -> None:
    folder = job.shop.folder / "pictures"
    for size, count in zip((256, 512), job.recipe.images, strict=True):
        held_out = job.recipe.extent.held_out
        wanted = ((f"held_out-{size}", data.HELD_OUT, held_out), (str(size), data.TRAINED_ON, count))
        for name, first, number in wanted if count else ():
            for done in data.make(folder / name, range(first, first + number), size, job.workers):
                _log({"size": size, "pictures": done, "of": number})


def _coder(job: Job) -> None:
    job.shop.train_coder(job.recipe.coder, job.recipe.crops, _log, encoder=job.moves_encoder)


def _denoiser(job: Job) -> None:
    job.shop.train_denoiser(job.recipe.denoiser, job.recipe.size_mix, _log)


def _distilled(job: Job) -> None:
    job.shop.distill(job.recipe.distilled, job.recipe.distilled_diet, _log)


def _pack(job: Job) -> None:
    if job.shop.compute.team.leads:
        size = job.shop.pack(job.model, job.packed)
        typer.echo(json.dumps({"model": str(job.model), "bytes": size}))


def _evaluation(job: Job) -> None:
    if job.shop.compute.team.leads:
        typer.echo(evaluated(job.model, job.shop.folder, _MANNER, job.recipe.extent, job.packed), nl=False)


STAGES: dict[str, Callable[[Job], None]] = {
    "data": _data,
    "autoencoder": _coder,
    "denoiser": _denoiser,
    "distilled": _distilled,
    "pack": _pack,
    "evaluation": _evaluation,
}


def _course(course: TrainConfig, steps: int | None, anneal: int | None, rate: float | None) -> TrainConfig:
    length = course if steps is None else course.lasting(steps)
    return replace(
        length,
        anneal=length.anneal if anneal is None else anneal,
        rate=length.rate if rate is None else rate,
    )


def _diet(text: str) -> tuple[SizeShare, ...]:
    """`16x64,32x16`: a step of 64 latents of 16 x 16, then one of 16 of 32 x 32, and so on in turn."""
    try:
        return tuple(SizeShare(*map(int, portion.split("x"))) for portion in text.split(","))
    except (TypeError, ValueError) as error:
        raise UserError(f"--size_mix {text}: expected SIDExBATCH, ... such as 16x64,32x16") from error


def main(  # noqa: PLR0913 - how typer declares options
    stage: Annotated[
        str, typer.Argument(help="data, autoencoder, denoiser, distilled, pack, evaluation, or all")
    ],
    training_run: Annotated[Path, typer.Option(help="folder of images, states and curves")],
    recipe: Annotated[str, typer.Option(help="cpu, gpu or tiny")] = "cpu",
    base: Annotated[Path | None, typer.Option(help="diffusers folder to go on from")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps")] = "cpu",
    threads: Annotated[int, typer.Option(help="CPU threads of the networks")] = 1,
    workers: Annotated[int, typer.Option(help="processes that make images")] = 2,
    half: Annotated[bool, typer.Option("--half", help="compute in bfloat16")] = False,  # noqa: FBT002
    compiled: Annotated[bool, typer.Option("--compile", help="compile the networks")] = False,  # noqa: FBT002
    steps: Annotated[int | None, typer.Option(help="steps in all, instead of the recipe's")] = None,
    anneal: Annotated[int | None, typer.Option(help="last steps over which the rate falls")] = None,
    rate: Annotated[float | None, typer.Option(help="learning rate")] = None,
    size_mix: Annotated[str, typer.Option(help="latents of a step in turn, such as 16x64,32x16")] = "",
    favor: Annotated[str, typer.Option(help="words of captions, a,b,b: each is learnt once more")] = "",
    fixed_encoder: Annotated[bool, typer.Option("--fixed-encoder", help="train the decoder alone")] = False,  # noqa: FBT002
    packed: Annotated[str, typer.Option(help="stage that is packed: denoiser or distilled")] = DISTILLED,
    target: Annotated[Path | None, typer.Option(help="folder of the packed model")] = None,
) -> None:
    """Runs a stage, or all; see the module."""
    try:
        use_threads(threads)
        known = _picked(recipe, RECIPES, "--recipe")
        fed = (
            known
            if not size_mix
            else replace(known, size_mix=_diet(size_mix), distilled_diet=_diet(size_mix))
        )
        timed = replace(
            fed,
            coder=_course(fed.coder, steps, anneal, rate),
            denoiser=_course(fed.denoiser, steps, anneal, rate),
            distilled=_course(fed.distilled, steps, anneal, rate),
        )
        compute = Compute(choose_device(device), half, compiled, join())
        if compute.half_is_slow:
            say("warning: --half: this CPU has no bfloat16; it is far faster without")
        favored = tuple(word.strip() for word in favor.split(",") if word.strip())
        shop = TrainingRun(training_run, compute, known.sizes, base, favored)
        job = Job(shop, timed, workers, target, packed, moves_encoder=not fixed_encoder)
        for run in STAGES.values() if stage == "all" else (_picked(stage, STAGES, "stage"),):
            run(job)
    except AnimatorError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)


def _picked(name: str, table: Mapping[str, T], what: str) -> T:
    """The entry of a table.

    Raises:
        UserError: There is none of that name.
    """
    if name not in table:
        raise UserError(f"{what} {name}: expected {', '.join(table)}")
    return table[name]


if __name__ == "__main__":
    typer.run(main)
