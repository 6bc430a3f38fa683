"""Measures the built-in model: `python -m animator.training.evaluate MODEL --training_run FOLDER`.

Everything is held out: the prompts, the images they are compared with, and the images that trained the
judge come from seeds that the model has not seen. Writes `<name>.json` and `<name>.png`, a contact sheet,
into the training_run's folder `evaluation`.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from animator.errors import AnimatorError
from animator.models.device import use_threads
from animator.runs.session import say
from animator.training.evaluation.drawing import Manner
from animator.training.evaluation.trial import evaluated
from animator.training.recipes import Extent


def main(  # noqa: PLR0913 - how typer declares options
    model: Annotated[Path, typer.Argument(help="diffusers folder of a model of ours")],
    training_run: Annotated[Path, typer.Option(help="folder of the trainings; gets the results")],
    name: Annotated[str, typer.Option(help="of the results")] = "result",
    prompts: Annotated[int, typer.Option(help="held-out prompts that are drawn", max=500)] = 500,
    steps: Annotated[int, typer.Option(help="of a drawing")] = 8,
    cfg_scale: Annotated[float, typer.Option(help="of a drawing")] = 3.0,
    sampler: Annotated[str, typer.Option(help="of a drawing")] = "DPM++ 2M",
    frames: Annotated[int, typer.Option(help="of the film")] = 60,
    threads: Annotated[int, typer.Option(help="CPU threads")] = 1,
) -> None:
    """Measures a model; see the module."""
    try:
        use_threads(threads)
        manner, extent = Manner(steps, cfg_scale, sampler), Extent(prompts=prompts, frames=frames)
        typer.echo(evaluated(model, training_run, manner, extent, name), nl=False)
    except AnimatorError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    typer.run(main)
