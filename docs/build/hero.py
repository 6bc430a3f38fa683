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
PREVIEW_WIDTH = 320


def main(runs: Path) -> None:
    """Writes the pictures from the run folders of the film and its preview."""
    film, preview = _frames(runs / "quickstart"), _frames(runs / "preview")
    height = round(preview[0].height * PREVIEW_WIDTH / preview[0].width)
    small = [frame.resize((PREVIEW_WIDTH, height), Image.Resampling.LANCZOS) for frame in preview]
    atomic_write(PICTURES / "quickstart.webp", _webp(film, quality=80))
    atomic_write(PICTURES / "quickstart_preview.webp", _webp(small, quality=50))
    curves = BytesIO()
    plot.plot(plot.curves(load("quickstart"))).quantize(32).save(curves, "PNG", optimize=True)
    atomic_write(PICTURES / "quickstart_curves.png", curves.getvalue())


def _frames(run: Path) -> list[Image.Image]:
    return [Image.open(path).convert("RGB") for path in sorted((run / "frames").glob("*.png"))]


def _webp(frames: list[Image.Image], quality: int) -> bytes:
    """Returns an animated image that repeats."""
    file, (first, *rest) = BytesIO(), frames
    duration = round(1000 / FPS)
    first.save(
        file, "WEBP", save_all=True, append_images=rest, duration=duration, loop=0, quality=quality, method=6
    )
    return file.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "renders/gallery"))
