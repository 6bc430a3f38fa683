"""Makes the film, the curves and the motion preview at the top of README.

animator render quickstart -o renders/gallery/quickstart
animator preview quickstart -o renders/gallery/preview
python -m docs.build.hero renders/gallery
"""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from animator import load
from animator.core.atomic import atomic_write
from animator.timeline import plot

PICTURES = Path(__file__).resolve().parents[1] / "pictures"
FPS = 12
FILM_WIDTH, PREVIEW_WIDTH = 672, 320


def main(runs: Path) -> None:
    """Writes the pictures from the run folders of the film and its preview."""
    film, preview = _frames(runs / "quickstart", FILM_WIDTH), _frames(runs / "preview", PREVIEW_WIDTH)
    atomic_write(PICTURES / "quickstart.webp", _webp(film, quality=85))
    atomic_write(PICTURES / "quickstart_preview.webp", _webp(preview, quality=50))
    curves = BytesIO()
    plot.plot(plot.curves(load("quickstart"))).quantize(32).save(curves, "PNG", optimize=True)
    atomic_write(PICTURES / "quickstart_curves.png", curves.getvalue())


def _frames(run: Path, width: int) -> list[Image.Image]:
    """Returns the frames of a run, resized to a width."""
    frames = [Image.open(path).convert("RGB") for path in sorted((run / "frames").glob("*.png"))]
    size = (width, round(frames[0].height * width / frames[0].width))
    return [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]


def _webp(frames: list[Image.Image], quality: int) -> bytes:
    """Returns an animated image that repeats."""
    file, (first, *rest) = BytesIO(), frames
    duration = round(1000 / FPS)
    first.save(
        file, "WEBP", save_all=True, append_images=rest, duration=duration, loop=0, quality=quality, method=4
    )
    return file.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "renders/gallery"))
