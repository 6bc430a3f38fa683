"""The commands that turn files into other files: import, export, info, depth."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from animator.cli.inspection import write_text
from animator.cli.options import Device, FileOut, FixJson, Force, Parseq, out_option
from animator.cli.output_path import output_folder
from animator.cli.permission_options import takes_permissions
from animator.cli.renamed import renamed_options
from animator.cli.stdout import write_out
from animator.runs.session import say

files = typer.Typer()


@files.command(
    "import",
    cls=renamed_options({"--repair": "--fix-json"}),
    epilog="Example: animator import film_settings.txt --out film.yaml",
)
def import_file(
    settings: Annotated[Path, typer.Argument(help="A Deforum settings file.", show_default=False)],
    out: FileOut = None,
    parseq: Parseq = None,
    fix_json: FixJson = False,
    force: Force = False,
) -> None:
    """Turn a Deforum settings file into a preset; prints what is not imported as written."""
    from animator.presets import raw
    from animator.presets.as_preset import as_preset
    from animator.presets.ownership import input_files
    from animator.settings.validate import validate

    draft = raw.read(settings, repair=fix_json, parseq=parseq)
    animation = validate(draft)
    text, notes = as_preset(draft, animation, settings.name)
    for note in notes:
        say(f"{note.effect.value}: {note}")
    inputs = [settings, *([parseq] if parseq else []), *input_files(animation)]
    write_text(out, text, inputs, force=force, is_yaml=True)


@files.command(epilog="Example: animator export film.yaml --out film_settings.txt")
@takes_permissions
def export(
    preset: Annotated[Path, typer.Argument(help="A YAML preset.", show_default=False)],
    out: FileOut = None,
    force: Force = False,
) -> None:
    """Turn a preset into a Deforum settings file; prints what Deforum will do differently."""
    from animator.presets import raw
    from animator.presets.clip import resolve_clip_placeholders
    from animator.presets.deforum.exporting import export_settings
    from animator.presets.ownership import input_files
    from animator.settings.validate import validate

    draft = raw.read(preset)
    draft = replace(draft, values=resolve_clip_placeholders(draft.values))
    animation = validate(draft)
    exported = export_settings(animation)
    for note in exported.notes:
        say(f"{note.effect.value}: {note}")
    write_text(out, exported.text, [*draft.files, *input_files(animation)], force=force)


@files.command(epilog="Example: animator info renders/quickstart/20260101-120000/frames/000000012.png")
def info(
    file: Annotated[
        Path,
        typer.Argument(
            help="An image or infotext of A1111; an image or video of animator.", show_default=False
        ),
    ],
) -> None:
    """Print how an image or video was made, as far as its file records it."""
    from animator.presets import yaml_text
    from animator.presets.records import read_provenance

    record = read_provenance(file)
    parts = [record.infotext] if record.infotext else []
    parts += [yaml_text.dump({"frame": record.frame})] if record.frame else []
    parts += [record.preset] if record.preset else []
    write_out("\n".join(f"{part.strip()}\n" for part in parts))


@files.command(epilog="Example: animator depth photo.jpg --model dpt-large --out maps")
@takes_permissions
def depth(
    file: Annotated[Path, typer.Argument(help="An image or a video.", show_default=False)],
    model: Annotated[
        str, typer.Option(help="A depth network's name, or the path of its weights.")
    ] = "starter",
    out: Annotated[
        Path | None,
        out_option(
            output_folder,
            "Folder for the maps.  [default: the current folder for an image, <name>.depth for a video]",
        ),
    ] = None,
    device: Device = "auto",
    force: Force = False,
) -> None:
    """Write depth maps, as 16-bit PNG and as a colored preview; prints each map's path."""
    from animator.models.depth.open_depth import open_depth
    from animator.models.device import choose_device
    from animator.models.folders import model_folders
    from animator.runs.depth_export import check_depth_target, export_depth

    check_depth_target(file, out, force=force)
    torch_device = choose_device(device)
    network = open_depth(model, torch_device, folders=model_folders(["models"]))
    for path in export_depth(file, network, str(torch_device), out):
        write_out(f"{path}\n")
