"""The command that takes cameras to other programs and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.inspection import write_text
from animator.cli.load import load_film
from animator.cli.options import FileOut, Force, Overrides
from animator.cli.permission_options import takes_permissions
from animator.errors import UserError

cameras = typer.Typer()


@cameras.command(epilog="Example: animator camera film.yaml --out camera.gltf")
@takes_permissions
def camera(  # noqa: PLR0913 (one parameter per option)
    preset: Annotated[Path | None, typer.Argument(help="A preset of a 3D film.", show_default=False)] = None,
    overrides: Overrides = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Make a preset from a camera's path: .json, .csv, .txt of After Effects, or .gltf.",
            show_default=False,
        ),
    ] = None,
    out: FileOut = None,
    scale: Annotated[
        float | None,
        typer.Option(
            help="With --from: factor on distances; 1 if left out.", min=1e-6, max=1e6, show_default=False
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            help="With --from: frames per second of the preset; those of the file if left out.",
            min=0.01,
            max=1000,
            show_default=False,
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write the camera of a film for other programs, or turn a camera's path into a preset.

    The suffix of --out chooses the format: .json, .py for Blender, .csv of Blender's matrices, .txt with
    keyframes of After Effects, or .gltf.
    """
    if (preset is None) == (source is None):
        raise UserError("camera: expected a preset, or --from with the file of a camera's path")
    _refuse_unused(
        {"--set": overrides} if preset is None else {"--scale": scale, "--fps": fps},
        "a preset" if preset is None else "--from",
    )
    if source is not None:
        _import(source, out, (1.0 if scale is None else scale, fps), force=force)
    elif preset is not None:
        _export(preset, overrides, out, force=force)


def _refuse_unused(options: Mapping[str, object], where: str) -> None:
    """Raises `UserError` if one of some options is given, which act elsewhere."""
    for name, value in options.items():
        if value:
            raise UserError(f"camera: {name} acts with {where} only; expected it to be left out")


def _export(preset: Path, overrides: list[str] | None, out: Path | None, *, force: bool) -> None:
    from animator.camera.formats.files import to_text
    from animator.presets.ownership import input_files
    from animator.presets.sources import PresetSource
    from animator.timeline.camera_track import track_of
    from animator.timeline.timeline import Timeline

    animation = load_film(PresetSource(preset), overrides)
    text = to_text(track_of(Timeline(animation)), Path("camera.json") if out is None else out)
    write_text(out, text, [preset, *input_files(animation)], force=force)


def _import(source: Path, out: Path | None, rates: tuple[float, float | None], *, force: bool) -> None:
    from animator.camera.formats.files import read_track
    from animator.presets.camera_preset import camera_preset

    scale, fps = rates
    text = camera_preset(read_track(source, fps), source.name, scale)
    write_text(out, text, [source], force=force, is_yaml=True)
