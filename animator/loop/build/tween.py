"""`tween_of`: what makes the in-betweens of a film."""

import torch

from animator.loop.build.models import folders_of, load_options
from animator.loop.steps.reveal import Reveal
from animator.loop.tweens.flow import FlowTween
from animator.loop.tweens.lookahead import LookAhead
from animator.loop.tweens.tween import Chained, Composed, Tween
from animator.loop.tweens.video import VideoTween
from animator.models.flow.open_flow import open_flow
from animator.settings import Animation
from animator.settings.inputs import generates_tweens

_TWEENS: dict[str, Tween] = {"composed": Composed(), "chained": Chained()}


def tween_of(animation: Animation, device: torch.device, reveal: Reveal | None) -> Tween:
    """Returns what makes the in-betweens of a film.

    Args:
        animation: The settings.
        device: Device of the networks, which are opened here.
        reveal: Finds what comes into view; None leaves it to the motion.

    Raises:
        UserError: A network is not available.
    """
    settings = animation.diffusion
    if settings.cadence_blend == "video":
        return _video_tween(animation, device, LookAhead(None, reveal))
    flow = open_flow(settings.optical_flow_cadence, animation.flow.raft, device, folders_of(animation))
    if settings.cadence_blend == "lookahead":
        return LookAhead(flow, reveal)
    return _TWEENS[settings.cadence_warp] if flow is None else FlowTween(flow)


def _video_tween(animation: Animation, device: torch.device, without: LookAhead) -> Tween:
    """Returns the tween with a video model, which a film without in-betweens does not load."""
    if not generates_tweens(animation):
        return without
    from animator.models.video.load import load_video_model  # diffusers, whose import takes seconds

    model = load_video_model(animation.diffusion.tween_model, load_options(animation), device)
    return VideoTween(model, animation.fps, without)
