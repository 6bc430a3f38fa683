"""Interrupts a film again and again, and compares it with an uninterrupted one.

    python -m tests.soak.interruptions FOLDER [--kills 20] [--full-disks 20] [--killed-encoders 20]
        [--preset tests/soak/film.yaml] [--set KEY=VALUE]...

Renders the preset twice into FOLDER: without a break, and interrupted at random moments, while models load,
frames are generated, files are written: by SIGKILL, by a full disk (a real one, in memory, which needs the
right to mount), and by SIGKILL of ffmpeg, whose film is then made from the frames. Each time it is resumed.
Compares every file of the run byte for byte: frames with their texts, depth maps, metrics, state,
checkpoints, film, subtitles. Exits with 1 where one differs, is missing or is left over.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.soak.faults import SmallDisk, check_frames, fill_disk, finish, kill, kill_encoder
from tests.soak.say import say
from tests.soak.session import Session, SoakFilm

DISK_BYTES = 128_000_000
STARTS_S = 4.0
"""Time in which a session loads what it needs."""
PAUSE_S = 0.5
"""Longest time to an interruption after the frame from which on it may come."""
OF_A_SESSION = ("rendered_frames", "seconds")
"""What run.json says about the last session alone."""
_PRIVATE = "SOAK_HAS_ITS_OWN_MOUNTS"


def main() -> int:
    """Returns 0 if the films are the same."""
    args = _arguments()
    if args.full_disks and _PRIVATE not in os.environ:
        os.environ[_PRIVATE] = "1"
        again = [sys.executable, "-m", "tests.soak.interruptions", *sys.argv[1:]]
        os.execvp("unshare", ["unshare", "-rm", *again])
    whole = SoakFilm(args.preset, tuple(args.settings), args.folder / "whole")
    whole.start().end(0)
    disk = SmallDisk.mount(args.folder / "disk", DISK_BYTES) if args.full_disks else None
    cut = SoakFilm(args.preset, whole.overrides, (disk.folder if disk else args.folder) / "cut")
    _interrupt(cut, _ways(args, disk), len(whole.frames), random.Random(args.seed))
    finish(cut, len(whole.frames))
    if disk:
        shutil.copytree(cut.folder, args.folder / "cut")  # the disk is gone after this process
    return _compare(whole.folder, cut.folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--full-disks", type=int, default=20)
    parser.add_argument("--killed-encoders", type=int, default=20)
    parser.add_argument("--seed", type=int, default=11, help="of the moments")
    parser.add_argument("--preset", default=str(Path(__file__).with_name("film.yaml")))
    parser.add_argument("--set", dest="settings", action="append", default=[])
    return parser.parse_args()


def _ways(args: argparse.Namespace, disk: SmallDisk | None) -> list[tuple[str, Callable[[Session], None]]]:
    """Returns a name and a function for each interruption, in random order."""
    moments = random.Random(args.seed)
    ways: list[tuple[str, Callable[[Session], None]]] = [("kill", kill)] * args.kills
    ways += [("killed encoder", kill_encoder)] * args.killed_encoders
    if disk is not None:
        ways += [("full disk", partial(fill_disk, disk=disk, moments=moments))] * args.full_disks
    moments.shuffle(ways)
    return ways


def _interrupt(
    film: SoakFilm, ways: list[tuple[str, Callable[[Session], None]]], frames: int, moments: random.Random
) -> None:
    for number, (name, interrupt) in enumerate(ways, 1):
        begun = time.monotonic()
        session = film.start()
        if moments.random() < 0.3:
            time.sleep(moments.uniform(0.0, STARTS_S))
        else:
            session.wait_for_frames(max(1, frames * number // (len(ways) + 1)))
            time.sleep(moments.uniform(0.0, PAUSE_S))
        if session.is_over:
            raise SystemExit("the film was finished too early; take more frames or fewer interruptions")
        interrupt(session)
        check_frames(film)
        say(f"{number}: {name} at frame {len(film.frames)} of {frames}, {time.monotonic() - begun:.1f} s")


def _compare(whole: Path, cut: Path) -> int:
    """Says what is the same, and returns 0 if all is."""
    expected, found = _digests(whole), _digests(cut)
    differing = sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name])
    missing, left = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    frames = sum(name.startswith("frames/") for name in expected)
    say(f"{len(expected)} files, {frames} of them frames, compared")
    say(f"differ: {differing}; missing: {missing}; left over: {left}")
    return 1 if differing or missing or left else 0


def _digests(folder: Path) -> dict[str, str]:
    """Returns the digest of every file of a run, except its log: each session may warn."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl")
    return {str(path.relative_to(folder)): hashlib.sha256(_content(path)).hexdigest() for path in files}


def _content(path: Path) -> bytes:
    if path.name != "run.json":
        return path.read_bytes()
    facts = json.loads(path.read_text())
    return json.dumps({name: facts[name] for name in facts.keys() - OF_A_SESSION}, sort_keys=True).encode()


if __name__ == "__main__":
    sys.exit(main())
