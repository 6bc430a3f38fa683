"""The command that makes one model of several: merge."""

from pathlib import Path
from typing import Annotated

import typer

from animator.cli.permission_options import takes_permissions
from animator.cli.stdout import write_out
from animator.core.paths import exists
from animator.errors import UserError
from animator.runs.session import say, start_session

merging = typer.Typer()


@merging.command(
    epilog="Example: animator merge one.safetensors two.safetensors robo -w 0.3 -w 0.8 -o models/both"
)
@takes_permissions
def merge(
    models: Annotated[
        list[str],
        typer.Argument(
            help="A model, then models and LoRA files that are merged into it.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new diffusers folder.", show_default=False)],
    weights: Annotated[
        list[float] | None,
        typer.Option(
            "--weight",
            "-w",
            help="Weight of each after the first.  [default: equal shares; 1 for a LoRA]",
            show_default=False,
        ),
    ] = None,
    folders: Annotated[
        list[Path] | None,
        typer.Option(
            "--models",
            help="A folder in which models are found by name.  [default: models]",
            show_default=False,
        ),
    ] = None,
    precision: Annotated[str, typer.Option(help="Precision of the files: fp16, bf16 or fp32.")] = "fp16",
) -> None:
    """Merge models of one base, and bake LoRA files into them; prints the path of the new folder."""
    if exists(out):
        raise UserError(f"--out {out}: exists; choose another name")
    start_session(None)
    from animator.models.diffusion.checkpoints.library import Library
    from animator.models.diffusion.merge import PRECISIONS, merge_models, plan_merge, usual_weights
    from animator.models.folders import model_folders

    if precision not in PRECISIONS:
        raise UserError(f"--precision {precision}: expected {', '.join(PRECISIONS)}")
    library = Library(model_folders(folders or [Path("models")]))
    plan = plan_merge(models, weights or usual_weights(models, library), library)
    for name, weight in plan.others:
        say(f"{weight:g} of {name}")
    for path, weight in plan.loras:
        say(f"{weight:g} times the LoRA {path}")
    merge_models(plan, out, precision)
    write_out(f"{out}\n")
