"""Rewinds a run to an earlier frame."""

import torch

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.request import Diffuser
from animator.runs.downloads import with_downloads
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline


def rewind(run: Run, frame: int, animation: Animation, device: torch.device, diffuser: Diffuser) -> None:
    """Rewinds a run to a frame, exactly: frames since the last checkpoint are computed again, not written.

    Args:
        run: The open run; it may have been made with other settings.
        frame: The first frame to render again; within a group of in-betweens, that of the group.
        animation: The settings to render on with.
        device: Device of images and models.
        diffuser: The model of the frames.
    """
    timeline = Timeline(run.animation)
    start = max(int(generated) for generated in timeline.generated_frames if generated <= frame)
    state = run.checkpoints.load_before(start, device)
    if state.next_frame < start:
        pipeline = build_pipeline(with_downloads(run.animation, run.downloads), diffuser, device)
        for past in render(timeline, pipeline, state):
            if past.state.next_frame >= start:
                state = past.state
                break
    run.rewind(state, animation)
