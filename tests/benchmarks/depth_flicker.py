"""How still depth holds: a camera flight of known depth, measured with and without steadying.

Run as `python -m tests.benchmarks.depth_flicker [--model NAME_OR_PATH]`.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from animator.core.permissions import allow
from animator.images.camera import Camera, Move3D, Rigid, rigid
from animator.loop.steps.depth_source import DepthScaling, Equalized, Normalized, Stabilized
from animator.models.depth.model import DepthModel, VideoDepthModel
from animator.models.depth.open_depth import open_depth

from .raycaster import Array, Shot, scenes, shoot

CAMERA = Camera(fov_deg=60.0)
SCALINGS: dict[str, Callable[[], DepthScaling]] = {
    "equalized": Equalized,
    "normalized": Normalized,
    "stabilize": Stabilized,
    "steadiness 0.5": lambda: Stabilized(0.5),
    "steadiness 0.8": lambda: Stabilized(0.8),
}
"""How a film scales depth: as Deforum does, between its extremes, and with `depth.stabilize`."""


@dataclass(frozen=True)
class Stillness:
    """How still the depth of a flight holds; 1 is the deviation of the true inverse depth.

    Attributes:
        flicker: Mean change of the error at one point of the scene, from a frame to the next.
        scale_drift: Deviation over the flight of each frame's best scale, over its mean.
        shift_drift: Deviation over the flight of each frame's best shift.
        error: Mean error, after one scale and shift for the whole flight.
    """

    flicker: float
    scale_drift: float
    shift_drift: float
    error: float


def flight(scene: str, frames: int, size: tuple[int, int]) -> list[tuple[Shot, Rigid]]:
    """Returns the views of a camera that flies forward and sways, and the scene's motion before each."""
    shots, motion = [], rigid(Move3D())
    for frame in range(frames):
        shots.append((shoot(scenes()[scene], motion, CAMERA, size, samples=2), motion))
        sway = np.sin(2 * np.pi * frame / 12)
        motion = motion.then(rigid(Move3D((4.0 * sway, 0.0, 6.0), (0.0, -0.4 * sway, 0.0))))
    return shots


def estimates(model: DepthModel, shots: list[tuple[Shot, Rigid]]) -> list[Tensor]:
    """Returns a network's depth (H, W) of each view, larger = nearer."""
    past: Tensor | None = None
    found = []
    for shot, _ in shots:
        image = torch.from_numpy(shot.image).permute(2, 0, 1).float().contiguous()
        if isinstance(model, VideoDepthModel):
            found.append(model.estimate_after(past, image))
            past = model.past_with(past, image)
        else:
            found.append(model.estimate(image))
    return found


def scaled(maps: list[Tensor], scaling: DepthScaling) -> list[Array]:
    """Returns the maps as a film warps by them, in [0, 1]."""
    last: Tensor | None = None
    found = []
    for nearness in maps:
        last = scaling.store(nearness, last)
        found.append(scaling.normalize(last).double().numpy())
    return found


def stillness(maps: list[Array], shots: list[tuple[Shot, Rigid]]) -> Stillness:
    """Returns how still a flight's maps hold against the truth."""
    truth = np.stack([1.0 / shot.z for shot, _ in shots])
    truth /= truth.std()
    fits = [np.polyfit(depth.ravel(), true.ravel(), 1) for depth, true in zip(maps, truth, strict=True)]
    scale, shift = np.polyfit(np.stack(maps).ravel(), truth.ravel(), 1)
    errors = scale * np.stack(maps) + shift - truth
    changes = [
        np.abs(errors[n][seen] - before[seen])
        for n, (before, seen) in enumerate(_followed(errors, shots), start=1)
    ]
    scales = np.array([fit[0] for fit in fits])
    return Stillness(
        float(np.concatenate(changes).mean()),
        float(scales.std() / abs(scales.mean())),
        float(np.std([fit[1] for fit in fits])),
        float(np.abs(errors).mean()),
    )


def _followed(errors: Array, shots: list[tuple[Shot, Rigid]]) -> Iterator[tuple[Array, Array]]:
    """Yields, for each view but the first, the one before at the points that both see, and where they are."""
    for number in range(1, len(shots)):
        (shot, _), (before, motion) = shots[number], shots[number - 1]
        points = shot.points @ np.array(motion.rotation) + np.array(motion.translation)
        height, width = shot.z.shape
        z = np.maximum(points[..., 2], 1e-6)
        focal = CAMERA.focal * height / 2
        x = np.rint(points[..., 0] / z * focal + (width - 1) / 2).astype(int)
        y = np.rint(points[..., 1] / z * focal + (height - 1) / 2).astype(int)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        x, y = x.clip(0, width - 1), y.clip(0, height - 1)
        yield errors[number - 1][y, x], inside & (np.abs(before.z[y, x] / z - 1.0) < 0.03)


def table(model: DepthModel, frames: int, size: tuple[int, int]) -> Iterator[str]:
    """Yields the lines of the table of one network."""
    yield f"{'scene':8}{'depth':16}{'flicker':>10}{'scale drift':>13}{'shift drift':>13}{'error':>8}"
    for scene in scenes():
        shots = flight(scene, frames, size)
        maps = estimates(model, shots)
        for name, scaling in SCALINGS.items():
            row = stillness(scaled(maps, scaling()), shots)
            yield (
                f"{scene:8}{name:16}{row.flicker:10.4f}{row.scale_drift:13.4f}{row.shift_drift:13.4f}"
                f"{row.error:8.4f}"
            )


def main() -> None:
    """Prints the table."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--model", default="starter", help="a depth network's name, or the path of its weights")
    args.add_argument("--frames", type=int, default=24)
    args.add_argument("--size", type=int, default=192, help="of the square views, in pixels")
    given = args.parse_args()
    with allow(pickle=True):
        model = open_depth(given.model)
    for line in table(model, given.frames, (given.size, given.size)):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
