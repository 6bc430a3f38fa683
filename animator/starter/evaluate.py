"""Measures the built-in model: `python -m animator.starter.evaluate MODEL --workshop FOLDER`.

Everything is held out: the prompts, the pictures they are compared with, and the pictures that trained the
judge come from seeds that the model has not seen. Writes `<name>.json` and `<name>.png`, a contact sheet,
into the workshop's folder `evaluation`.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import cv2
import torch
import typer

from animator.device import use_threads
from animator.diffusion.stable import open_diffuser
from animator.errors import AnimatorError
from animator.files import write_atomically
from animator.starter.evaluation import measures
from animator.starter.evaluation.classifier import Judge, trained_judge
from animator.starter.evaluation.drawing import Manner, drawn
from animator.starter.evaluation.sheets import PROMPTS, sheet
from animator.starter.training import data

FOR_JUDGE = 2_000_000  # first seed of the judge's pictures
_JUDGE_PICTURES, _JUDGE_SIZE, _JUDGE_STEPS = 3000, 128, 600
_HELD_OUT_PICTURES = 500


def main(  # noqa: PLR0913 - how typer declares options
    model: Annotated[Path, typer.Argument(help="diffusers folder of a model of ours")],
    workshop: Annotated[Path, typer.Option(help="folder of the trainings; gets the results")],
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
        manner = Manner(steps, cfg_scale, sampler)
        folder = workshop / "evaluation"
        folder.mkdir(parents=True, exist_ok=True)
        found = _measured(measures.Model(model), workshop, manner, (prompts, frames))
        text = json.dumps({"manner": str(manner), **found}, indent=2) + "\n"
        write_atomically(folder / f"{name}.json", text.encode())
        _draw_sheet(model, manner, folder / f"{name}.png")
        typer.echo(text, nl=False)
    except AnimatorError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


def _measured(
    model: measures.Model, workshop: Path, manner: Manner, counts: tuple[int, int]
) -> dict[str, float]:
    prompts, frames = counts
    held_out = _pictures(workshop / "pictures" / "held_out-256", data.HELD_OUT, _HELD_OUT_PICTURES, 256)
    judge = _judge(workshop)
    diffuser = open_diffuser(str(model.folder), torch.device("cpu"))
    large = Manner(manner.steps, manner.cfg_scale, manner.sampler, 512)
    return {
        **measures.judging(judge, held_out),
        **measures.coding(model, held_out, 64),
        **measures.denoising(model, held_out, 128),
        **measures.prompting(diffuser, judge, held_out, manner, prompts),
        **measures.film(diffuser, manner, frames),
        **measures.speed(diffuser, manner),
        **measures.speed(diffuser, large),
    }


def _judge(workshop: Path) -> Judge:
    path = workshop / "evaluation" / "judge.safetensors"
    pictures = _pictures(workshop / "pictures" / "judge", FOR_JUDGE, _JUDGE_PICTURES, _JUDGE_SIZE)
    return trained_judge(path, pictures, _JUDGE_STEPS)


def _pictures(folder: Path, first: int, count: int, size: int) -> data.Pictures:
    for _ in data.make(folder, range(first, first + count), size, 1):
        pass
    return data.read(folder)


def _draw_sheet(model: Path, manner: Manner, path: Path) -> None:
    diffuser = open_diffuser(str(model), torch.device("cpu"))
    pictures = [drawn(diffuser, prompt, manner, 7) for prompt in PROMPTS]
    image = cv2.cvtColor(sheet(pictures, 4, 256), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", image)
    write_atomically(path, encoded.tobytes())


if __name__ == "__main__":
    typer.run(main)
