"""What a frame costs in checkouts of animator, with a stand-in for the model; one table for all.

    python -m tests.benchmarks.frame_cost --repo ../before --repo . --model-ms 20

It needs no `animator bench`: each checkout renders in a process of its own, by `animator.render_run` with a
diffuser that sleeps and returns a ready image with grain. A frame takes the time between two generations,
so what a thread writes beside it counts only as far as the loop waits for it. The checkouts take turns, since
the load of a machine changes; the table has the medians of all rounds.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WARM_UP = 16
"""Frames that are not counted; queues fill up."""
MOTION = {"angle": 0.5, "zoom": 1.01, "translation_z": 2, "rotation_3d_y": 0.3}


@dataclass(frozen=True)
class Case:
    """A film to measure.

    Attributes:
        size: Width and height.
        mode: "2d" or "3d".
        cadence: Every cadence-th frame is generated.
        model_ms: Time of a generation.
        frames: Frames to measure, a multiple of the cadence.
        film: True if the video is encoded meanwhile.
    """

    size: int
    mode: str
    cadence: int
    model_ms: float
    frames: int
    film: bool


@dataclass(frozen=True, eq=False)
class _Stand:
    """Diffuser that sleeps, and notes when each generation began and how long it took."""

    images: Any
    seconds: float
    begun: dict[int, float] = field(default_factory=dict)
    took: dict[int, float] = field(default_factory=dict)

    def generate(self, request: Any) -> Any:
        start = self.begun[request.frame] = time.perf_counter()
        time.sleep(self.seconds)
        image = self.images[request.frame % len(self.images)]
        self.took[request.frame] = time.perf_counter() - start
        return image


def measure(case: Case) -> tuple[float, float]:
    """Returns the milliseconds of a frame, and those of them that are not the model's, in this process."""
    import torch

    import animator

    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand((1, 3, 5, 5), generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (case.size, case.size), mode="bicubic")
    grain = torch.randn((4, 3, case.size, case.size), generator=generator)
    stand = _Stand((smooth + 0.06 * grain).clamp(0.0, 1.0), case.model_ms / 1e3)
    film = animator.Animation.model_validate(
        {
            "mode": case.mode,
            "size": (case.size, case.size),
            "frames": WARM_UP + case.frames + 2 * case.cadence,
            "prompts": "a lake",
            "diffusion": {"seed": 1, "cadence": case.cadence},
            "motion": MOTION,
            "output": {"format": "mp4" if case.film else "png"},
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        animator.render_run(film, Path(folder) / "run", diffuser=stand, device="cpu")
    first = next(frame for frame in sorted(stand.begun) if frame >= WARM_UP)
    end = next(frame for frame in sorted(stand.begun) if frame >= first + case.frames)
    total = stand.begun[end] - stand.begun[first]
    model = sum(took for frame, took in stand.took.items() if first <= frame < end)
    return 1e3 * total / (end - first), 1e3 * (total - model) / (end - first)


def measure_in(repo: Path, case: Case) -> tuple[float, float]:
    """Returns the same of another checkout, in a process of its own."""
    values = (case.size, case.mode, case.cadence, case.model_ms, case.frames, int(case.film))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), "--one", *map(str, values)],
        env={**os.environ, "PYTHONPATH": str(repo.resolve()), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{repo}: {done.stderr}")
    frame_ms, host_ms = json.loads(done.stdout.splitlines()[-1])
    return frame_ms, host_ms


def table(repos: list[Path], cases: list[Case], rounds: int) -> str:
    """Returns a line for each film, with the milliseconds of each checkout, and the ratio to the first."""
    columns = "".join(f"{f'frame {n}':>10}{f'host {n}':>10}" for n in range(1, len(repos) + 1))
    lines = [f"checkout {n}: {repo}" for n, repo in enumerate(repos, 1)]
    lines.append(f"{'size':>6}{'mode':>5}{'cadence':>8}{columns}{'ratio':>8}")
    for case in cases:
        found = [[measure_in(repo, case) for repo in repos] for _ in range(rounds)]
        medians = [
            tuple(statistics.median(value) for value in zip(*each, strict=True))
            for each in zip(*found, strict=True)
        ]
        numbers = "".join(f"{frame_ms:10.1f}{host_ms:10.1f}" for frame_ms, host_ms in medians)
        ratio = medians[0][0] / medians[-1][0]
        lines.append(f"{case.size:6}{case.mode:>5}{case.cadence:8}{numbers}{ratio:8.2f}")
    return "\n".join(lines)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repo", type=Path, action="append", help="a checkout; may be given often")
    parser.add_argument("--sizes", type=_numbers, default=[256, 512, 1024])
    parser.add_argument("--modes", type=lambda text: text.split(","), default=["2d", "3d"])
    parser.add_argument("--cadences", type=_numbers, default=[1, 2, 4])
    parser.add_argument("--model-ms", type=float, default=20.0)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--film", action="store_true", help="encode the video meanwhile")
    parser.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        size, mode, cadence, model_ms, frames, film = args.one
        case = Case(int(size), mode, int(cadence), float(model_ms), int(frames), film == "1")
        sys.stdout.write(f"{json.dumps(measure(case))}\n")
        return
    cases = [
        Case(size, mode, cadence, args.model_ms, args.frames, args.film)
        for size, mode, cadence in itertools.product(args.sizes, args.modes, args.cadences)
    ]
    sys.stdout.write(table(args.repo or [Path()], cases, args.rounds) + "\n")


if __name__ == "__main__":
    main()
