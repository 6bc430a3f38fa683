"""Draws the sheet of camera moves in docs/camera.md: a test card, and what each move makes of it.

The card is a disc with a wall behind it, so that depth shows, seen by a pinhole camera.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from animator.camera.moves import MOVES
from animator.images.camera import Camera
from animator.images.pinhole import pinhole_view
from animator.loop.steps.motion_3d import camera_of, total_motion
from animator.settings import Animation
from animator.timeline.timeline import Timeline

WIDTH, HEIGHT, FPS = 128, 96, 24
SHOWN = (0, 12, 24, 48, 72)
"""Frames of each move, at 24 frames a second."""
ACROSS = 3
GAP, LABEL = 6, 14


def card() -> tuple[Tensor, Tensor]:
    """Returns an image (3, H, W) of a checkered wall with a disc in front of it, and the distances (H, W)."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    checks = ((x // 12 + y // 12) % 2)[..., None]
    wall = np.where(checks, (0.20, 0.32, 0.45), (0.75, 0.80, 0.82))
    wall[:, :, 0] += 0.25 * (x / WIDTH)  # which side is the right
    wall[:6] = (0.85, 0.35, 0.25)  # which side is up
    disc = (x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2 < 20**2
    ring = (x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2 < 14**2
    wall[disc], wall[ring] = (0.95, 0.75, 0.20), (0.60, 0.25, 0.10)
    z = np.where(disc, 2.0, 4.0)
    return torch.tensor(wall.clip(0, 1).transpose(2, 0, 1), dtype=torch.float32), torch.tensor(
        z, dtype=torch.float32
    )


def strip(name: str) -> list[Tensor]:
    """Returns the card at the frames `SHOWN` of a move, each made from the card itself."""
    film = Animation().with_(
        mode="3d",
        frames=SHOWN[-1] + 1,
        fps=FPS,
        size=[WIDTH, HEIGHT],
        camera={"projection": "pinhole", "moves": [{name: _given(name)}]},
    )
    timeline, (image, z) = Timeline(film), card()
    shown = [image]
    for frame in SHOWN[1:]:
        plans = timeline[1 : frame + 1]
        view = pinhole_view(image, z, total_motion(plans), _begun(camera_of(plans), timeline))
        shown.append(view.image * (1 - view.revealed) + 0.08 * view.revealed)
    return shown


def _given(name: str) -> dict[str, float]:
    """Returns the settings of a move by which its pivot is the disc."""
    return {MOVES[name].distance: 2.0} if MOVES[name].distance else {}


def _begun(camera: Camera, timeline: Timeline) -> Camera:
    """Returns a camera with the first frame's lens, which the card is seen through, magnified since then."""
    return Camera(timeline[0].camera.fov, camera.near, camera.far, 1.0, camera.magnification)


def sheet() -> Image.Image:
    """Returns the sheet of all moves."""
    strip_width, strip_height = len(SHOWN) * WIDTH // 2 + GAP * 2, HEIGHT // 2 + LABEL + GAP
    rows = -(-len(MOVES) // ACROSS)
    page = Image.new("RGB", (ACROSS * strip_width + GAP, rows * strip_height + GAP), "white")
    draw = ImageDraw.Draw(page)
    for index, name in enumerate(MOVES):
        left, top = GAP + index % ACROSS * strip_width, GAP + index // ACROSS * strip_height
        draw.text((left, top), name, fill="black")
        for column, image in enumerate(strip(name)):
            pixels = (image.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            small = Image.fromarray(pixels).resize((WIDTH // 2 - 2, HEIGHT // 2), Image.Resampling.LANCZOS)
            page.paste(small, (left + column * WIDTH // 2, top + LABEL))
    return page


def main() -> None:
    """Writes the sheet to the path that is given."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures/camera_moves.png")
    sheet().quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main()
