"""Takes a run back to an earlier frame."""

import torch

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.request import Diffuser
from animator.runs.downloads import with_downloads
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline


def rewind(run: Run, frame: int, animation: Animation, device: torch.device, diffuser: Diffuser) -> None:
    """Takes a run back to a frame, exactly: what came before is computed again from a kept state, unseen.

    Args:
        run: The open run; it may have been made with other settings.
        frame: The first frame to redo. Within a group of in-betweens that is the group's drawn frame.
        animation: The settings to go on with.
        device: Where images and models live.
        diffuser: The model that draws.
    """
    timeline = Timeline(run.animation)
    start = max(int(drawn) for drawn in timeline.drawn if drawn <= frame)
    state = run.checkpoints.before(start, device)
    if state.next_frame < start:
        before = build_pipeline(with_downloads(run.animation, run.downloads), diffuser, device)
        for past in render(timeline, before, state):
            if past.state.next_frame >= start:
                state = past.state
                break
    run.rewind(state, animation)
