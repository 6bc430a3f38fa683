"""Kills a film again and again, and compares it with an uninterrupted one.

    python tests/soak/kills.py FOLDER [--kills 30] [--preset presets/quickstart.yaml] [--set KEY=VALUE]...

Renders the preset twice into FOLDER: without a break, and killed at random moments (SIGKILL, while
models load, frames are generated, files are written) and resumed each time. Compares frames with their texts,
film, metrics, state and checkpoints byte for byte. Exits with 1 where they differ.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL_LOADS_S = 3.0


def main() -> int:
    """Returns 0 if the films are the same."""
    args = _arguments()
    whole, cut = args.folder / "whole", args.folder / "cut"
    command = _command(args)
    subprocess.run([*command, str(whole)], check=True, env=_environment(), stdout=subprocess.DEVNULL)
    frames = _count(whole)
    moments = random.Random(args.seed)
    at: list[int] = []
    while len(at) < args.kills:
        wanted = max(frames * (len(at) + 1) // (args.kills + 1), 1)
        at.append(_killed([*command, str(cut)], cut, wanted, moments))
        say(f"kill {len(at)} at frame {at[-1]} of {frames}")
    subprocess.run([*command, str(cut)], check=True, env=_environment(), stdout=subprocess.DEVNULL)
    same = _hashes(whole) == _hashes(cut)
    left = [path.name for path in cut.rglob("*part*")]
    say(f"{len(at)} kills at frames {at}: {frames} frames {'identical' if same else 'DIFFER'}; left: {left}")
    return 0 if same and not left else 1


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=11, help="of the moments")
    parser.add_argument("--preset", default="presets/quickstart.yaml")
    parser.add_argument("--set", dest="settings", action="append", default=[])
    return parser.parse_args()


def _command(args: argparse.Namespace) -> list[str]:
    settings = [word for setting in args.settings for word in ("--set", setting)]
    start = [sys.executable, str(ROOT / "run.py"), "render", args.preset, *settings]
    return [*start, "--threads", "1", "--device", "cpu", "--resume", "--out"]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _killed(command: list[str], folder: Path, wanted: int, moments: random.Random) -> int:
    """Kills a session at a random moment after `wanted` frames, and returns how many there were."""
    child = subprocess.Popen(
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while child.poll() is None and _count(folder) < wanted:
        time.sleep(0.02)
    time.sleep(moments.uniform(0.0, MODEL_LOADS_S if moments.random() < 0.2 else 1.0))
    if child.poll() is not None:
        raise SystemExit("the film was finished before it could be killed; take more frames or fewer kills")
    child.send_signal(signal.SIGKILL)
    child.wait()
    return _count(folder)


def _count(folder: Path) -> int:
    return len(list((folder / "frames").glob("*.png")))


def _hashes(folder: Path) -> dict[str, str]:
    files = [*(folder / "frames").glob("*.png"), *folder.glob("*.mp4")]
    files += [*folder.glob("frames.jsonl"), *folder.glob("*.safetensors"), *(folder / "states").iterdir()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    sys.exit(main())
