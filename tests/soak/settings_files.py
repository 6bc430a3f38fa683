"""Imports every settings file of a folder, plans all its frames, and renders the first with the fake model.

    python tests/soak/settings_files.py FOLDER [INDEX.tsv]

INDEX.tsv has a file's name and its generation in its first two columns. Prints a table of counts by
generation, then every refusal with its reason. Images and clips that a file names and that are not here are
replaced by stand-ins, which is counted, too.
"""

import csv
import json
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch
from PIL import Image

from animator.errors import AnimatorError
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets import raw
from animator.presets.deforum import Effect
from animator.presets.load import resolve
from animator.presets.plain import override
from animator.presets.resolve_paths import each_name, file_settings
from animator.settings.paths import find
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.timeline.timeline import Timeline

FRAMES = 3
SMALL = ["size=[64,64]", "depth.model=fake"]
COLUMNS = ("files", "imported", "planned", "rendered", "stand-ins", "frames planned", "with notes")


@dataclass
class Tally:
    """Outcomes of the files of one generation."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)


def main(folder: Path, index: Path | None) -> None:
    """Prints the table and the refusals."""
    generations = _generations(index)
    tallies: dict[str, Tally] = defaultdict(Tally)
    with tempfile.TemporaryDirectory() as made:
        stand_ins = _stand_ins(Path(made))
        for path in sorted(path for path in folder.iterdir() if raw.is_settings_file(path)):
            _try(path, tallies[generations.get(path.name, "unknown")], stand_ins)
    say(f"| generation | {' | '.join(COLUMNS)} |\n|---{'|---' * len(COLUMNS)}|")
    total = sum((tally.counts for tally in tallies.values()), Counter[str]())
    for name, counts in (*((name, tally.counts) for name, tally in tallies.items()), ("all", total)):
        say(f"| {name} | {' | '.join(str(counts[column]) for column in COLUMNS)} |")
    for name, tally in tallies.items():
        for refusal in tally.refusals:
            say(f"\n{name}: {refusal}")


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{line}\n")


def _try(path: Path, tally: Tally, stand_ins: dict[str, Path]) -> None:
    tally.counts["files"] += 1
    done = "is not imported"
    try:
        draft = raw.read(path)
        validate(draft)
        tally.counts["imported"] += 1
        tally.counts["with notes"] += any(note.effect is Effect.CHANGES for note in draft.notes)
        done = "is imported, not planned"
        missing = _missing(draft, stand_ins)
        tally.counts["stand-ins"] += bool(missing)
        film = resolve(*override(draft, [*SMALL, *missing]))
        tally.counts["frames planned"] += sum(1 for _ in Timeline(film))
        tally.counts["planned"] += 1
        done = "is planned, not rendered"
        frames = list(islice(render(Timeline(film), build_pipeline(film, FakeDiffuser())), FRAMES))
        assert len(frames) == min(FRAMES, film.frames)
        assert all(frame.image.shape == (3, 64, 64) for frame in frames)
        assert all(torch.isfinite(frame.image).all() for frame in frames)
        tally.counts["rendered"] += 1
    except AnimatorError as error:
        tally.refusals.append(f"{path.name} {done}: {error}")


def _missing(draft: RawPreset, stand_ins: dict[str, Path]) -> list[str]:
    """Returns overrides with a stand-in for each missing file of a draft."""
    overrides = ["controlnet=[]"] if draft.values.get("controlnet") else []  # their networks are not here
    for setting, kind in file_settings().items():
        group, name = draft.values.get(setting[0]), setting[-1]
        value = group.get(name) if isinstance(group, dict) else None
        if kind.kind not in stand_ins:
            continue

        def there(name: str, stand_in: str = str(stand_ins[kind.kind])) -> str:
            return stand_in if find(name, None) is None else name

        if (replaced := each_name(value, there, kind)) != value:
            overrides.append(f"{'.'.join(setting)}={json.dumps(replaced)}")
            overrides += ["video.after_end=loop"] if kind.kind == "clip" else []  # the stand-in is short
    return overrides


def _stand_ins(folder: Path) -> dict[str, Path]:
    image, clip = folder / "image.png", folder / "clip.mp4"
    Image.new("RGB", (64, 64), (90, 120, 160)).save(image)
    pixels = torch.randint(0, 256, (64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    with VideoWriter(VideoSpec(clip, (64, 64), 12)) as writer:
        for _ in range(40):
            writer.write(pixels.numpy())
    return {"image": image, "masks": image, "clip": clip, "file": image}


def _generations(index: Path | None) -> dict[str, str]:
    if index is None:
        return {}
    with index.open(encoding="utf-8", newline="") as file:
        return {row[0]: row[1] for row in csv.reader(file, delimiter="\t")}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
