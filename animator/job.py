"""`film`: one preset rendered into a run folder, from model to mp4; what the command line calls."""

import platform
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from animator import __version__
from animator.assemble import build_pipeline
from animator.config import Animation
from animator.diffusion.options import Options
from animator.diffusion.record import records_of
from animator.diffusion.request import Diffuser
from animator.diffusion.stable import check_timeline, open_diffuser
from animator.loop import render
from animator.progress import Advance
from animator.run import Run, is_run, with_seed
from animator.timeline import Timeline
from animator.video.writer import Film, FilmWriter

RENDERS = Path("renders")
LIBRARIES = ("torch", "diffusers", "transformers", "numpy", "opencv-python", "imageio-ffmpeg")


def open_run(animation: Animation, out: Path | None, *, resume: bool) -> Run:
    """The run folder of a film: new, or with `resume` the one to go on with.

    Args:
        animation: The film.
        out: The folder itself; None makes or finds renders/<name>/<stamp>.
        resume: Go on with the run in `out`, or with the newest one of this name; where no frame was
            finished yet, start anew, so that one command can be repeated until the film is done.

    Raises:
        RunError: See `Run.create` and `Run.reopen`.
    """
    home = RENDERS / animation.name
    found = out or _newest(home)
    if resume and found is not None and is_run(found):
        return Run.reopen(found, animation)
    if animation.diffusion.seed == -1:
        animation = with_seed(animation, secrets.randbelow(2**32))
    return Run.create(out or home / datetime.now().strftime("%Y%m%d-%H%M%S"), animation)


def film(
    run: Run,
    device: torch.device,
    report: Callable[[Advance], None],
    diffuser: Diffuser | None = None,
    *,
    allow_pickle: bool = False,
) -> Path:
    """The path of the finished film; goes on where the run's state says.

    Args:
        run: The open run folder.
        device: Where pictures and models live.
        report: Called after every frame on disk.
        diffuser: The model that draws; None opens the one the settings name.
        allow_pickle: Read .ckpt files, too, by torch's restricted reader.

    Raises:
        AnimatorError: Something failed; the frames so far are whole and the run can go on.
    """
    animation = run.animation
    timeline = Timeline(animation)
    state = run.state(device)
    first = state.next_frame
    if diffuser is None:
        options = Options.of(animation, allow_pickle=allow_pickle)
        check_timeline(timeline, options)
        diffuser = open_diffuser(animation.model, device, options)
    began = time.monotonic()
    facts = {**_facts(animation, device), "models": records_of(diffuser, wait=False)}
    run.record(facts)
    with ExitStack() as stack:
        file = Film(run.film_path, animation.size, animation.fps, animation.output.crf)
        encoder = stack.enter_context(FilmWriter(file))
        report(Advance(first, len(timeline), 0.0, 0))
        for pixels in run.pixels(range(first)):
            encoder.write(pixels)
        for frame in render(timeline, build_pipeline(animation, diffuser, device), state):
            encoder.write(run.write(frame))
            done = frame.plan.frame + 1
            report(Advance(done, len(timeline), time.monotonic() - began, done - first))
    seconds = round(time.monotonic() - began, 3)
    facts["models"] = records_of(diffuser, wait=True)
    run.record({**facts, "rendered_frames": len(timeline) - first, "seconds": seconds})
    return run.film_path


def _newest(home: Path) -> Path | None:
    """The folder of the newest run below `home`; stamps sort by time."""
    return max((child for child in home.glob("*/") if is_run(child)), default=None)


def _facts(animation: Animation, device: torch.device) -> dict[str, Any]:
    return {
        "schema": "animator.run.1",
        "model": animation.model,
        "device": str(device),
        "threads": torch.get_num_threads(),
        "versions": {"animator": __version__, **_versions()},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _versions() -> dict[str, str]:
    """The libraries installed under their usual names; variants such as headless ones are left out."""
    found: dict[str, str] = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
