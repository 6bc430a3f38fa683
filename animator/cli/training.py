"""The command that teaches a model: train."""

import json
import signal
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from animator.cli.options import Device, Threads, out_option
from animator.cli.permission_options import takes_permissions
from animator.cli.shorthands import Shorthand, Shorthands
from animator.cli.stdout import write_out
from animator.runs.session import INTERRUPTED, say, start_session

if TYPE_CHECKING:
    from animator.runs.stop_token import StopToken

training = typer.Typer()
_RUNS = Path("renders") / "training"


class Kind(str, Enum):
    """What can be trained."""

    lora = "lora"
    dreambooth = "dreambooth"
    embedding = "embedding"
    hypernetwork = "hypernetwork"


_KEYS = {
    "name": "name",
    "model": "model",
    "prompt": "concepts.0.prompt",
    "class-prompt": "concepts.0.class_prompt",
    "steps": "steps",
    "rate": "rate",
    "size": "size",
    "batch": "batch",
    "seed": "seed",
    "rank": "lora.rank",
    "vectors": "embedding.vectors",
    "initial-text": "embedding.initial_text",
    "preview-every": "preview.every",
    "save-every": "save_every",
    "to": "out",
}
"""Option -> the setting that it is short for."""


def _short(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=text, show_default=False)


@training.command(epilog="Example: animator train lora photos --name mycat --prompt 'a cat called mycat'")
@takes_permissions
def train(  # noqa: PLR0913 (one parameter per option)
    kind: Annotated[Kind, typer.Argument(help="What is trained.")],
    folder: Annotated[
        Path, typer.Argument(help="Images, with captions in .txt files beside them.", show_default=False)
    ],
    name: Annotated[str, _short("NAME", "Name of the result, by which prompts call it.")],
    model: Annotated[str | None, _short("NAME", "The model: starter, a folder, a file, or a hub id.")] = None,
    prompt: Annotated[str | None, _short("TEXT", "What images without captions show.")] = None,
    class_prompt: Annotated[
        str | None, _short("TEXT", "The class whose images the model should not forget, such as 'a cat'.")
    ] = None,
    steps: Annotated[str | None, _short("N", "Steps.")] = None,
    rate: Annotated[str | None, _short("X", "Learning rate, such as 1e-4, or 1e-3:100, 1e-4.")] = None,
    size: Annotated[str | None, _short("WxH", "Width and height in training.")] = None,
    batch: Annotated[str | None, _short("N", "Images in a step.")] = None,
    seed: Annotated[str | None, _short("N", "Decides order, noise, and first weights.")] = None,
    rank: Annotated[str | None, _short("N", "Rank of a LoRA.")] = None,
    vectors: Annotated[str | None, _short("N", "Vectors of an embedding.")] = None,
    initial_text: Annotated[str | None, _short("TEXT", "Words that an embedding starts from.")] = None,
    preview: Annotated[
        list[str] | None, _short("TEXT", "Prompt of the sheets; give it once for each image.")
    ] = None,
    preview_every: Annotated[str | None, _short("N", "Steps between two sheets.")] = None,
    save_every: Annotated[str | None, _short("N", "Steps between two states on disk.")] = None,
    to: Annotated[
        str | None, _short("FOLDER", "Folder of the result, by default one in the first model folder.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Any other setting, such as loss.min_snr=5.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, out_option(lambda out: out, "The run folder, by default renders/training/NAME.")
    ] = None,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Teach a model a style, a thing or a word from images; prints the path of the result.

    The same command again resumes a training that was stopped.
    """
    typed = {
        "name": name,
        "model": model,
        "prompt": prompt,
        "class-prompt": class_prompt,
        "steps": steps,
        "rate": rate,
        "size": size,
        "batch": batch,
        "seed": seed,
        "rank": rank,
        "vectors": vectors,
        "initial-text": initial_text,
        "preview-every": preview_every,
        "save-every": save_every,
        "to": to,
    }
    shorthands = _shorthands(typed, preview)
    start_session(threads)
    from animator.cli.training_bar import TrainingBar
    from animator.runs.stop_token import StopToken
    from animator.training.finetune.check import check_training
    from animator.training.finetune.draft import training_draft
    from animator.training.finetune.run import train_model
    from animator.training.finetune.told import Reports

    with shorthands.named():
        draft, problems = training_draft(kind.value, folder, {}, shorthands.overrides(overrides), "--set")
        checked = check_training(draft, problems)
    settings = checked.settings
    say(
        f"{len(checked.examples)} images: {settings.kind} of {settings.model}, {settings.steps} steps, "
        f"rate {settings.rate}"
    )
    stop = StopToken()
    _stop_on_signals(stop)
    run = out or _RUNS / settings.name
    with TrainingBar(settings.name) as bar:
        trained = train_model(checked, run, device=device, reports=Reports(bar.enter, bar), stop=stop)
    if trained.result is None:
        say(f"stopped; the same command resumes the training in {run}")
        raise typer.Exit(INTERRUPTED)
    write_out(f"{trained.result}\n")


def _shorthands(typed: dict[str, str | None], previews: list[str] | None) -> Shorthands:
    options = [
        Shorthand(f"--{name} {value}", _KEYS[name], json.dumps(value, ensure_ascii=False))
        for name, value in typed.items()
        if value is not None
    ]
    if previews:
        text = json.dumps(previews, ensure_ascii=False)
        options.append(Shorthand(f"--preview {' '.join(previews)}", "preview.prompts", text))
    return Shorthands(tuple(options))


def _stop_on_signals(stop: "StopToken") -> None:
    """Has the first signal stop after the current step, whose state is written; the second one at once."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set:
            raise KeyboardInterrupt
        say("stopping after this step")
        stop.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
