"""Rewinds a run to an earlier frame: everything is checked and computed before the run is changed."""

import logging
from collections.abc import Callable

import torch

from animator.errors import ChooseOutput, RunError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.models.diffusion.request import Diffuser
from animator.runs.downloads import with_downloads
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline

log = logging.getLogger(__name__)


def check_rewind(run: Run, frame: int, animation: Animation) -> int:
    """Checks that a run can be rendered again from a frame on with other settings; changes nothing.

    Args:
        run: The open run.
        frame: The first frame to render again.
        animation: The settings to render on with.

    Returns:
        The frame to rewind to: the last one up to `frame` that begins a group of in-betweens both in the run
        and with the new settings.

    Raises:
        RunError: The frame is not in the film, frames before it are missing, or those that stay do not fit
            the new settings.
        PresetError: A schedule of the new settings cannot be evaluated.
    """
    if frame >= animation.frames:
        raise RunError(
            f"frame {frame}: is not in the film, which has {animation.frames} frames; expected a frame "
            f"from 0 to {animation.frames - 1}"
        )
    finished = _finished_frames(run)
    if frame > finished:
        raise RunError(
            f"{run.folder}: has {finished} finished frames, so it cannot be rendered again from frame {frame}"
            f"; expected a frame from 0 to {finished}"
        )
    start = _common_start(Timeline(run.animation), Timeline(animation), frame)
    if start > 0:
        _check_settings(run, start, animation)
    if start < frame:
        log.warning("frame %d is an in-between; frames are rendered again from %d", frame, start)
    return start


def state_at(run: Run, start: int, device: torch.device, open_model: Callable[[], Diffuser]) -> State:
    """Returns the state before a frame, exactly: frames since the last checkpoint are computed again.

    Args:
        run: The open run, which stays as it is.
        start: A frame that begins a group of in-betweens.
        device: Device of images and models.
        open_model: Opens the model of the run's frames; called only where frames have to be computed.

    Raises:
        RunError: The checkpoint is broken or of another film.
    """
    state = run.checkpoints.load_before(start, device)
    try:
        state.check_size(run.animation.size)
    except ValueError as error:
        raise RunError(
            f"{run.folder}: its checkpoint before frame {start} {error}; delete its folder `states` to have "
            "the frames computed again from the first one"
        ) from error
    if state.next_frame < start:
        pipeline = build_pipeline(with_downloads(run.animation, run.downloads), open_model(), device)
        for past in render(Timeline(run.animation), pipeline, state):
            if past.state.next_frame >= start:
                return past.state
    return state


def _finished_frames(run: Run) -> int:
    """Returns the number of finished frames; where the state is broken, of those that are on disk."""
    try:
        return run.state().next_frame
    except RunError:
        return next(frame for frame in range(run.animation.frames + 1) if not run.frame_path(frame).exists())


def _common_start(old: Timeline, new: Timeline, frame: int) -> int:
    generated: set[int] = set(old.generated_frames.tolist()) & set(new.generated_frames.tolist())
    # A run that is finished may be made longer: its end begins a group, too.
    generated |= {len(old)} & set(new.generated_frames.tolist())
    return max(start for start in generated if start <= frame)


def _check_settings(run: Run, start: int, animation: Animation) -> None:
    """Checks that the frames that stay can be continued with other settings."""
    stay = "frame 0" if start == 1 else f"frames 0 to {start - 1}"
    old, new = run.animation.size, animation.size
    if old != new:
        raise RunError(
            f"size: is {new[0]} x {new[1]}, and {stay} of {run.folder} stay at {old[0]} x {old[1]}; expected "
            f"size: [{old[0]}, {old[1]}]. Render again from frame 0, or the film anew",
            ChooseOutput(),
        )
    if run.animation.fps != animation.fps:
        log.warning(
            "fps: was %g, now %g; %s stay, and play at the new rate", run.animation.fps, animation.fps, stay
        )
