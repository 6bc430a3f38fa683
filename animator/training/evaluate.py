"""Evaluates the built-in model: `python -m animator.training.evaluate MODEL --folder FOLDER`.

Everything is held out: the prompts, the images to compare with, and the images that trained the classifier
come from seeds that the model has not seen. Writes `<name>.json` and `<name>.png`, a contact sheet, into
`evaluation` in the folder of the training run.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from animator.errors import AnimatorError
from animator.models.device import use_threads
from animator.runs.session import say
from animator.training.evaluation.generation import GenerationSettings
from animator.training.evaluation.run import evaluate_model
from animator.training.options import training_folder
from animator.training.recipes import EvaluationSize


def main(  # noqa: PLR0913 - how typer declares options
    model: Annotated[Path, typer.Argument(help="diffusers folder of a model trained here")],
    folder: Annotated[Path | None, typer.Option(help="folder of the training run; gets the results")] = None,
    name: Annotated[str, typer.Option(help="name of the results")] = "result",
    prompts: Annotated[int, typer.Option(help="number of held-out prompts", max=500)] = 500,
    steps: Annotated[int, typer.Option(help="sampler steps")] = 8,
    cfg_scale: Annotated[float, typer.Option(help="guidance scale")] = 3.0,
    sampler: Annotated[str, typer.Option(help="sampler name")] = "DPM++ 2M",
    frames: Annotated[int, typer.Option(help="frames of the film")] = 60,
    threads: Annotated[int, typer.Option(help="CPU threads")] = 1,
    workshop: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Evaluates a model on held-out prompts and images."""
    try:
        use_threads(threads)
        settings = GenerationSettings(steps, cfg_scale, sampler)
        size = EvaluationSize(prompts=prompts, frames=frames)
        typer.echo(evaluate_model(model, training_folder(folder, workshop), settings, size, name), nl=False)
    except AnimatorError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    typer.run(main)
