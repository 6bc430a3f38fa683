"""Kills a server and its workers again and again, and compares its films with undisturbed ones.

    python tests/soak/server_kills.py FOLDER [--kills 10] [--jobs 5] [--frames 80]

Half of the kills take the server with its workers (SIGKILL), half a worker alone. Then the server starts
again. Compares every frame and film of every job. Exits with 1 where one differs or a job does not succeed.
"""

import argparse
import hashlib
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from tests.soak.say import say
from tests.soak.server import Served, start


def main() -> int:
    """Returns 0 if the films are the same."""
    args = _arguments()
    moments = random.Random(args.seed)
    whole, cut = args.folder / "whole", args.folder / "cut"
    server = start(whole)
    names = [job["id"] for job in _submit(server, args)]
    _wait(server, names)
    expected = _hashes(whole)
    server.stop()
    server = start(cut)
    names = [job["id"] for job in _submit(server, args)]
    for kill in range(args.kills):
        time.sleep(moments.uniform(0.2, 5.0))
        states = [job["status"] for job in _jobs(server)]
        if all(state == "succeeded" for state in states):
            raise SystemExit("all jobs were done before the last kill; take more frames or fewer kills")
        if kill % 2 and server.children:
            what = "worker"
            os.kill(moments.choice(server.children), signal.SIGKILL)
        else:
            what = "server"
            server.kill()
            server = start(cut)
        say(f"kill {kill + 1}: {what}; {states.count('succeeded')} of {len(states)} jobs were done")
    _wait(server, names)
    states = [job["status"] for job in _jobs(server)]
    same = _hashes(cut) == expected
    say(f"{args.kills} kills: {states.count('succeeded')} of {len(states)} succeeded, {len(expected)} files "
        f"{'identical' if same else 'DIFFER'}")  # fmt: skip
    server.stop()
    return 0 if same and states.count("succeeded") == len(states) else 1


def _submit(server: Served, args: argparse.Namespace) -> list[Any]:
    presets = [
        {
            "name": f"film {number}",
            "frames": args.frames,
            "size": [64, 64],
            "prompts": "a lake with mountains at dawn",
            "motion": {"zoom": "0:(1.02)"},
            "diffusion": {"steps": 6, "seed": number, "cadence": 1 + number % 3},
        }
        for number in range(args.jobs)
    ]
    return [server.ask("POST", "/api/v1/jobs", {"preset": preset}) for preset in presets]


def _jobs(server: Served) -> list[Any]:
    jobs: list[Any] = server.ask("GET", "/api/v1/jobs?limit=100")["jobs"]
    return jobs


def _wait(server: Served, names: list[str]) -> None:
    while any(job["status"] in ("queued", "running") for job in _jobs(server) if job["id"] in names):
        time.sleep(0.5)


def _hashes(folder: Path) -> dict[str, str]:
    """Returns the digest of each frame and film by the film's name, as the names of runs differ."""
    files = [path for suffix in ("png", "mp4") for path in folder.glob(f"film*/*/**/*.{suffix}")]
    return {
        f"{path.relative_to(folder).parts[0]}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--frames", type=int, default=80)
    parser.add_argument("--seed", type=int, default=11, help="of the moments")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
