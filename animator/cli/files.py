"""The commands that turn files into files: import, export, info."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from animator.runs.session import say

files = typer.Typer()

Parseq = Annotated[
    Path | None,
    typer.Option(help="A Parseq manifest; its values replace the schedules.", show_default=False),
]
Repair = Annotated[
    bool, typer.Option("--repair", help="Mend trailing commas, missing quotes and the like in the JSON.")
]
Like = Annotated[
    Path | None,
    typer.Option(help="A PNG or film whose settings are taken over.", show_default=False),
]


@files.command("import", epilog="Example: animator import film_settings.txt -o film.yaml")
def import_file(
    settings: Annotated[Path, typer.Argument(help="A Deforum settings file.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The preset.  [default: print it]", show_default=False)
    ] = None,
    parseq: Parseq = None,
    repair: Repair = False,
) -> None:
    """Turn a Deforum settings file into a preset; says what did not come through as written."""
    from animator.presets import raw
    from animator.presets.load import dump_differences
    from animator.settings.import_notes import changes
    from animator.settings.validate import validate
    from animator.timeline.lint import clamped_schedules

    draft = raw.read(settings, repair=repair, parseq=parseq)
    animation = validate(draft)
    cuts = (changes(path, cut) for path, cut in clamped_schedules(animation))
    for note in sorted((*draft.notes, *cuts), key=lambda note: note.effect.value):
        say(f"{note.effect.value}: {note}")
    _give(out, f"# From {settings.name}\n{dump_differences(animation)}")


@files.command(epilog="Example: animator export film.yaml -o film_settings.txt")
def export(
    preset: Annotated[Path, typer.Argument(help="A YAML preset.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The settings file.  [default: print it]", show_default=False),
    ] = None,
) -> None:
    """Turn a preset into a Deforum settings file; says what Deforum will do differently."""
    from animator.presets import raw
    from animator.presets.clip import resolve_clip_placeholders
    from animator.presets.deforum.exporting import export_settings
    from animator.settings.validate import validate

    draft = raw.read(preset)
    draft = replace(draft, values=resolve_clip_placeholders(draft.values))
    exported = export_settings(validate(draft))
    for note in exported.notes:
        say(f"{note.effect.value}: {note}")
    _give(out, exported.text)


@files.command(epilog="Example: animator info renders/quickstart/20260101-120000/frames/000000012.png")
def info(
    file: Annotated[Path, typer.Argument(help="A PNG of A1111, a PNG or film of ours.", show_default=False)],
) -> None:
    """Print how an image or film was made, as far as it says so."""
    from animator.presets import yaml_text
    from animator.presets.records import provenance

    said = provenance(file)
    parts = [said.infotext] if said.infotext else []
    parts += [yaml_text.dump({"frame": said.frame})] if said.frame else []
    parts += [said.preset] if said.preset else []
    sys.stdout.write("\n".join(f"{part.strip()}\n" for part in parts))


def _give(out: Path | None, text: str) -> None:
    """Writes a text to a file, or to standard output where there is none."""
    from animator.core.atomic import atomic_write

    if out is None:
        sys.stdout.write(text)
        return
    atomic_write(out, text.encode())
    sys.stdout.write(f"{out}\n")
