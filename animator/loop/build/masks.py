"""`masking_of`: the mask settings of a film -> areas, overlay and inpainting of its pipeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from animator.film.open_clip import open_clip
from animator.images.color import grayscale
from animator.loop.build.compat import behavior_of
from animator.loop.build.init_image import read_init_image
from animator.loop.build.models import folders_of
from animator.loop.pipeline import Step
from animator.loop.requests import RequestStep
from animator.loop.steps.frame_source import FrameSource, StillImage
from animator.loop.steps.masking import Area, Inpaint, Overlay, OverlayTween, Within
from animator.loop.tweens.tween import Tween
from animator.masks.expression import TRACKED
from animator.masks.networks import SAM
from animator.masks.sources import Adjust, ClipMask, ConstantMask, FindWord, Masks, MaskSource, read_mask
from animator.masks.steady import SteadyWords
from animator.masks.tracked import FlowFollowing, Following, TrackedMask, Tracker
from animator.models.diffusion.checkpoints.library import Library
from animator.models.flow.opencv import Dis, DisQuality
from animator.settings import Animation
from animator.settings.inputs import has_word_mask, tracks
from animator.settings.modes import mode_of
from animator.timeline.plan import Plan

if TYPE_CHECKING:
    from animator.models.pretrained.load import PretrainedNetwork


@dataclass(frozen=True, eq=False)
class Masking:
    """The masks of a film; all empty for a film without any.

    Attributes:
        request_steps: Pass the mask to the diffuser.
        step_area: Where steps before and after the diffusion act; None is everywhere.
        noise_area: Where noise acts; None is everywhere.
        overlay: Pasted over the rest; None pastes nothing.
        sharpen_mask: Where anti-blur acts (H, W), [0, 1], with `compat`; None is everywhere.
    """

    request_steps: tuple[RequestStep, ...] = ()
    step_area: Area | None = None
    noise_area: Area | None = None
    overlay: Overlay | None = None
    sharpen_mask: Tensor | None = None

    def within(self, *steps: Step) -> tuple[Step, ...]:
        """Returns the steps, restricted to their area."""
        return steps if self.step_area is None or not steps else (Within(self.step_area, steps),)

    @property
    def overlays(self) -> tuple[Step, ...]:
        """The overlay as the steps of a pipeline: one or none."""
        return () if self.overlay is None else (self.overlay,)

    def overlay_tween(self, tween: Tween) -> Tween:
        """Returns the tween with the overlay on its in-betweens."""
        return tween if self.overlay is None else OverlayTween(tween, self.overlay)


def masking_of(
    animation: Animation, device: torch.device, masks: Callable[[], Masks], clip: Callable[[], FrameSource]
) -> Masking:
    """Returns the masks of a film.

    Args:
        animation: The settings.
        device: Where images live.
        masks: Opens the film's masks.
        clip: Opens the film's clip.

    Raises:
        UserError: A mask's file cannot be read.
    """
    settings = animation.mask
    if not (settings.acts or settings.use_mask_video or settings.use_noise_mask):
        return Masking()
    opened = masks()
    is_inverted = settings.invert_mask
    soft = Area(opened, _mask_expression, settings.overlay_blur, is_inverted)
    hard = Area(opened, _mask_expression, inverted=is_inverted)
    noise = Area(opened, _noise_expression, inverted=is_inverted) if settings.use_noise_mask else None
    padding = settings.full_res_mask_padding if settings.full_res_mask else None
    overlay = _overlay(animation, soft, clip, device) if settings.acts or settings.use_mask_video else None
    if not settings.acts:
        return Masking(noise_area=noise, overlay=overlay)
    request_steps = (Inpaint(soft, settings.fill, padding),)
    areas = behavior_of(animation).step_areas(soft, hard, noise)
    return Masking(request_steps, areas.steps, areas.noise, overlay, _sharpen_mask(animation, device))


def _sharpen_mask(animation: Animation, device: torch.device) -> Tensor | None:
    """Returns the init image's alpha, inside which Deforum sharpens; None if it is all 0 or all 1."""
    if not (animation.mask.use_mask and animation.mask.use_alpha_as_mask):
        return None
    alpha = read_mask(animation.init.image, animation.size, device, "A")
    return None if bool((alpha.amax() == 0.0) | (alpha.amin() == 1.0)) else alpha


def _mask_expression(plan: Plan) -> str:
    return plan.mask.mask_schedule


def _noise_expression(plan: Plan) -> str:
    return plan.mask.noise_mask_schedule


def masks_of(animation: Animation, device: torch.device, clip: Callable[[], FrameSource]) -> Masks:
    """Returns what evaluates the mask expressions of a film.

    Args:
        animation: The settings.
        device: Where images live.
        clip: Opens the film's clip.

    Raises:
        UserError: A mask's file or CLIPSeg cannot be read.
    """
    settings = animation.mask
    adjust = Adjust(settings.contrast_adjust, settings.brightness_adjust)
    words = _words(animation, device, clip) if settings.word_model and has_word_mask(animation) else None
    binarize = behavior_of(animation).binarize_mask
    named = _named_masks(animation, adjust, device)
    masks = Masks(animation.size, named, device, adjust, words, binarize)
    if not tracks(animation):
        return masks
    begin = partial(masks.at, settings.track, settings.track_from)
    tracked = {
        **named,
        TRACKED: TrackedMask(clip().at, begin, _tracker(animation, device), settings.track_from),
    }
    return Masks(animation.size, tracked, device, adjust, words, binarize)


def _words(animation: Animation, device: torch.device, clip: Callable[[], FrameSource]) -> FindWord:
    """Returns what finds words: in the image that is diffused, or steadily in the clip."""
    from animator.masks.clipseg import open_clipseg  # loads transformers, which takes seconds

    settings = animation.mask
    segmenter = open_clipseg(settings.word_model, device, settings.word_threshold)
    if not settings.steady:
        return lambda word, _, image: segmenter.find(word, image)
    return SteadyWords(segmenter.find, clip().at, Dis(DisQuality.MEDIUM), settings.steady)


def _tracker(animation: Animation, device: torch.device) -> Tracker:
    """Returns what follows a thing; a network is loaded where the first one is followed."""
    if animation.mask.tracker == "flow":
        return partial(FlowFollowing, flow=Dis(DisQuality.FINE))
    library, name = Library(folders_of(animation)), animation.mask.tracker_model

    @cache
    def network() -> "PretrainedNetwork":
        from animator.models.pretrained.load import load_network  # loads transformers, which takes seconds

        return load_network(SAM, name, library, device)

    def begin(image: Tensor, mask: Tensor) -> Following:
        from animator.masks.sam import SamFollowing

        return SamFollowing(image, mask, network())

    return begin


def _named_masks(animation: Animation, adjust: Adjust, device: torch.device) -> Mapping[str, MaskSource]:
    settings, size = animation.mask, animation.size
    width, height = size
    named: dict[str, MaskSource] = {"everywhere": ConstantMask(torch.ones((height, width), device=device))}
    if settings.use_alpha_as_mask:
        named["init_mask"] = ConstantMask(read_mask(animation.init.image, size, device, "A"))
    elif settings.mask_file:
        named["init_mask"] = ConstantMask(adjust.apply(read_mask(settings.mask_file, size, device)))
    if settings.use_mask_video:
        spec = replace(animation.video.spec, path=settings.video_mask_path)
        named["video_mask"] = ClipMask(open_clip(spec, size, animation.fps), adjust, device)
    elif "init_mask" in named:
        named["video_mask"] = named["init_mask"]
    return named


def _overlay(
    animation: Animation, area: Area, clip: Callable[[], FrameSource], device: torch.device
) -> Overlay | None:
    """Returns the overlay of the clip's frame or the init image; None if there is neither."""
    if not animation.mask.overlay_mask:
        return None
    below: Callable[[int], Tensor]
    from_clip = mode_of(animation).source == "clip"
    if from_clip or (animation.is_hybrid and animation.mask.use_mask_video):
        below = clip().at
    elif animation.init.image:
        below = StillImage(read_init_image(animation, device)).at
    else:
        return None
    return Overlay(area, partial(_grayscale_at, below) if animation.color.force_grayscale else below)


def _grayscale_at(below: Callable[[int], Tensor], frame: int) -> Tensor:
    return grayscale(below(frame))
