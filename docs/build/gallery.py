"""Writes docs/gallery.md, its sheets and the thumbnails of the example presets from their films.

    animator batch presets/*.yaml -o renders/gallery
    python -m docs.build.gallery renders/gallery

A preset of `ROWS` is shown in several versions, one below the other, each rendered into a folder of its own:

    animator render cadence --set diffusion.cadence=3 -o renders/gallery/cadence-3

A preset of `HEARD` has its video with sound beside the sheet.
"""

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from animator.core.atomic import atomic_write
from animator.presets.examples import THUMBNAILS, Example, examples
from docs.build.encoded import SOUND, encoded

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, ROWS_OF_ONE, HEIGHT = 6, 2, 128
STRIP, STRIP_HEIGHT = 4, 96
SHEET_BYTES, THUMBNAIL_BYTES, VIDEO_BYTES = 80_000, 25_000, 350_000
LABEL = 16
ROWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cadence": (
        ("diffusion.cadence=1", "cadence-1"),
        ("diffusion.cadence=3", "cadence"),
        ("diffusion.cadence=6", "cadence-6"),
    ),
    "color": (
        ("color.coherence=none", "color-none"),
        ("color.reference=scene", "color-scene"),
        ("color.reference=prompt", "color"),
    ),
}
"""For a preset the setting of each row, and the run folder that it is rendered into."""
CONSECUTIVE = {"cadence": 18}
"""Presets whose sheets show consecutive frames, from this one on."""
HEARD = ("pulse", "drops", "kaleidoscope")
"""Presets of films to music."""
ORDER = ("quickstart", "flight", *HEARD, "cuts", "zoom", "hybrid", "clip", "mask", "guided")
"""The presets at the top of the page; the others follow by name."""

HEAD = """# Gallery
The example presets, rendered with the built-in model. `animator presets` lists them, and
`animator new my.yaml --from NAME` copies one with its files. The sheets show frames at equal distances, from
the first to the last. (This page is made by `python -m docs.build.gallery`.)
"""


def main(runs: Path) -> None:
    """Writes everything from the run folders of the presets."""
    pictures = ROOT / "docs" / "pictures" / "gallery"
    thumbnails = ROOT / "presets" / THUMBNAILS
    for folder in (pictures, thumbnails):
        folder.mkdir(parents=True, exist_ok=True)
    for example in in_order():
        sheet = _sheet(list(_rows(example.name, runs)))
        atomic_write(pictures / f"{example.name}.jpg", _jpeg(sheet, SHEET_BYTES))
        strip = _row(_frames(runs / example.name, STRIP), STRIP_HEIGHT)
        atomic_write(thumbnails / f"{example.name}.jpg", _jpeg(strip, THUMBNAIL_BYTES))
        if example.name in HEARD:
            video = f"{example.name}.mp4"
            atomic_write(pictures / video, _small_video(runs / example.name / video, VIDEO_BYTES))
    atomic_write(ROOT / "docs" / "gallery.md", page(in_order()).encode())


def in_order() -> list[Example]:
    """Returns the examples in the order of the page."""
    return sorted(examples(), key=lambda one: (_place(one.name), one.name))


def page(shown: list[Example]) -> str:
    """Returns the text of docs/gallery.md."""
    return HEAD + "".join(_entry(example) for example in shown)


def _entry(example: Example) -> str:
    name = example.name
    commands = [f"animator render {name}"]
    if name in ROWS:
        commands = [f"animator render {name} --set {setting}" for setting, _ in ROWS[name]]
    block = "\n".join(commands)
    start = CONSECUTIVE.get(name)
    note = "" if start is None else f", frames {start} to {start + COLUMNS - 1} of each"
    if name in HEARD:
        note = f"; [the film, with sound](pictures/gallery/{name}.mp4)"
    return (
        f"\n## {name}\n{example.summary}.\n[{name}.yaml](../presets/{name}.yaml){note}\n\n"
        f"![{name}](pictures/gallery/{name}.jpg)\n\n```sh\n{block}\n```\n"
    )


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _rows(name: str, runs: Path) -> Iterator[tuple[str, list[Image.Image]]]:
    if name in ROWS:
        for label, folder in ROWS[name]:
            frames = _frames(runs / folder, COLUMNS, CONSECUTIVE.get(name))
            yield label.partition(".")[2].replace("=", ": "), frames
        return
    frames = _frames(runs / name, COLUMNS * ROWS_OF_ONE)
    for first in range(0, len(frames), COLUMNS):
        yield "", frames[first : first + COLUMNS]


def _frames(run: Path, count: int, start: int | None = None) -> list[Image.Image]:
    """Returns frames of a run at equal distances, first to last, or consecutive ones from a start."""
    paths = sorted((run / "frames").glob("*.png"))
    if start is not None:
        paths = paths[start : start + count]
    chosen = [paths[round(index * (len(paths) - 1) / (count - 1))] for index in range(count)]
    return [Image.open(path).convert("RGB") for path in chosen]


def _row(frames: list[Image.Image], height: int) -> Image.Image:
    width = round(frames[0].width * height / frames[0].height)
    row = Image.new("RGB", (width * len(frames) + 2 * (len(frames) - 1), height), "white")
    for index, frame in enumerate(frames):
        row.paste(frame.resize((width, height), Image.Resampling.LANCZOS), (index * (width + 2), 0))
    return row


def _sheet(rows: list[tuple[str, list[Image.Image]]]) -> Image.Image:
    """Returns rows of frames below each other, each with its label above it where it has one."""
    made = [(label, _row(frames, HEIGHT)) for label, frames in rows]
    height = sum(row.height + 2 + (LABEL if label else 0) for label, row in made)
    sheet = Image.new("RGB", (made[0][1].width, height), "white")
    draw, top = ImageDraw.Draw(sheet), 0
    for label, row in made:
        if label:
            draw.text((2, top + 1), label, (40, 40, 40), ImageFont.load_default(12))
            top += LABEL
        sheet.paste(row, (0, top))
        top += row.height + 2
    return sheet


def _jpeg(image: Image.Image, limit: int) -> bytes:
    """Returns the image as a JPEG of the best quality that stays below a number of bytes."""
    for quality in range(90, 30, -4):
        file = BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= limit:
            break
    return file.getvalue()


def _small_video(video: Path, limit: int) -> bytes:
    """Returns a video with its sound, in the best quality that stays below a number of bytes."""
    for crf in range(24, 46, 2):
        quality = ("-c:v", "libx264", "-preset", "veryslow", "-crf", str(crf))
        small = encoded(["-i", str(video), *quality, *SOUND], video.name)
        if len(small) <= limit:
            break
    return small


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "renders/gallery"))
