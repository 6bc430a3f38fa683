"""`Behavior`: the steps of the loop that differ with `compat`, as data keyed by `Rules.name`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from torch import Tensor

from animator.images.camera import Matrix
from animator.images.color import Coherence, palette_of
from animator.images.deforum.color import histogram_of
from animator.images.deforum.warp2d import deforum_flip_matrix
from animator.images.noise import Perlin
from animator.images.resample import Border, Sampling
from animator.images.warp2d import Flip, Move2D, matrix2d, turn_zoom_matrix
from animator.loop.color_anchor import ColorAnchorRule, FirstFrame, FirstWarped
from animator.loop.pipeline import Motion, Step
from animator.loop.steps.clip_motion import FlowWarp
from animator.loop.steps.deforum import DeforumAntiBlur, DeforumMatchColor, DeforumMatchImage, DeforumNoise
from animator.loop.steps.deforum_depth import deforum_scaling
from animator.loop.steps.depth_source import DepthScaling, Equalized
from animator.loop.steps.filters import AntiBlur, MatchColor, MatchImage, PerlinNoise, UniformNoise
from animator.loop.steps.masking import Area, Within
from animator.loop.steps.motion_2d import Warp2D, neutral_flip
from animator.loop.steps.motion_3d import DeforumWarp, FlippedThenWarp, FlippedWarp
from animator.masks.compose import binarize
from animator.models.flow.consistency import Gaussian
from animator.models.flow.deforum import deforum_confidence, deforum_flow_warp, deforum_soften
from animator.models.flow.features import LOW_CONTRAST, OPENCV_CONTRAST
from animator.models.flow.warp import consistency, warp_by_flow
from animator.settings import Animation
from animator.settings.compat import RulesName, rules_of


@dataclass(frozen=True)
class StepAreas:
    """Areas in which the steps around the diffusion act; None is everywhere.

    Attributes:
        steps: Of all steps but the noise.
        noise: Of the noise.
    """

    steps: Area | None
    noise: Area | None


@dataclass(frozen=True)
class Behavior:
    """The steps that differ between our films and the Deforum extension's.

    Attributes:
        match_anchor: Makes the step that matches the anchor's colors.
        match_image: Makes the step that matches the colors of an image (3, h, w).
        anti_blur: Makes the step that sharpens, given the init image's alpha if that is the mask.
        noise: Makes the step that adds noise inside an area; uniform without a `Perlin`.
        flip_matrix: Returns the matrix of a perspective flip.
        step_matrix: Returns the matrix of a frame's other motion in films with a flip.
        depth_scaling: Makes the scaling for the depth network of a name.
        flip_and_warp: Combines a perspective flip and a 3D warp.
        anchor_over_image: Color anchor of films that begin with an image.
        feature_contrast: Least contrast of the features that give a clip's global motion.
        confidence: Returns the confidence of a flow from its forward and backward estimates (2, H, W).
        soften: Makes the blur of that confidence from its radius in pixels.
        flow_warp: Makes the warp along a clip's flow.
        step_areas: Chooses the areas of steps from the inpainted area with a soft edge, the same with a hard
            edge, and the noise mask.
        binarize_mask: Applied to each mask before masks are combined; None leaves them as they are.
    """

    match_anchor: Callable[[Coherence], Step]
    match_image: Callable[[Coherence, Tensor], Step]
    anti_blur: Callable[[Tensor | None], Step]
    noise: Callable[[Perlin | None, Area | None], Step]
    flip_matrix: Callable[[Flip, int, int], Matrix]
    step_matrix: Callable[[Move2D, int, int], Matrix]
    depth_scaling: Callable[[str], DepthScaling]
    flip_and_warp: Callable[[Warp2D, DeforumWarp], Motion]
    anchor_over_image: ColorAnchorRule
    feature_contrast: float
    confidence: Callable[[Tensor, Tensor], Tensor]
    soften: Callable[[float], Callable[[Tensor], Tensor]]
    flow_warp: Callable[[Sampling], FlowWarp]
    step_areas: Callable[[Area, Area, Area | None], StepAreas]
    binarize_mask: Callable[[Tensor], Tensor] | None


def behavior_of(animation: Animation) -> Behavior:
    """Returns the behavior of a film: its own or Deforum's."""
    return BEHAVIORS[rules_of(animation).name]


def _match_image(space: Coherence, image: Tensor) -> Step:
    return MatchImage(palette_of(image, space))


def _deforum_match_image(space: Coherence, image: Tensor) -> Step:
    return DeforumMatchImage(histogram_of(image, space))


def _anti_blur(alpha: Tensor | None) -> Step:
    return AntiBlur()


def _equalized(model: str) -> DepthScaling:
    return Equalized()


def _noise(perlin: Perlin | None, area: Area | None) -> Step:
    step: Step = UniformNoise() if perlin is None else PerlinNoise(perlin)
    return step if area is None else Within(area, (step,))


def _flow_warp(sampling: Sampling) -> FlowWarp:
    return partial(warp_by_flow, border=Border.MIRROR, sampling=sampling)


def _areas(soft: Area, hard: Area, noise: Area | None) -> StepAreas:
    return StepAreas(soft, noise)


def _deforum_areas(soft: Area, hard: Area, noise: Area | None) -> StepAreas:
    return StepAreas(None, noise or hard)


def _deforum_soften(sigma: float) -> Callable[[Tensor], Tensor]:
    return partial(deforum_soften, sigma=sigma)


def _deforum_flow_warp(sampling: Sampling) -> FlowWarp:
    return partial(deforum_flow_warp, factor=1.0)


BEHAVIORS: Mapping[RulesName, Behavior] = {
    "own": Behavior(
        match_anchor=MatchColor,
        match_image=_match_image,
        anti_blur=_anti_blur,
        noise=_noise,
        flip_matrix=neutral_flip,
        step_matrix=matrix2d,
        depth_scaling=_equalized,
        flip_and_warp=FlippedWarp,
        anchor_over_image=FirstFrame(),
        feature_contrast=LOW_CONTRAST,
        confidence=consistency,
        soften=Gaussian,
        flow_warp=_flow_warp,
        step_areas=_areas,
        binarize_mask=None,
    ),
    "deforum": Behavior(
        match_anchor=DeforumMatchColor,
        match_image=_deforum_match_image,
        anti_blur=DeforumAntiBlur,
        noise=DeforumNoise,
        flip_matrix=deforum_flip_matrix,
        step_matrix=turn_zoom_matrix,  # there, a flip cancels the translation
        depth_scaling=deforum_scaling,
        flip_and_warp=FlippedThenWarp,
        anchor_over_image=FirstWarped(),
        feature_contrast=OPENCV_CONTRAST,
        confidence=deforum_confidence,
        soften=_deforum_soften,
        flow_warp=_deforum_flow_warp,
        step_areas=_deforum_areas,
        binarize_mask=binarize,
    ),
}
