"""Rows of the mapping for the clip: video input and hybrid video."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from animator.presets.deforum.conversions import Choice, Number, one_of
from animator.presets.deforum.rows import SWITCH, TEXT, EnableFlag, Row

YES, NO = True, False


def in_use(settings: Mapping[str, Any]) -> bool:
    """Returns True if Deforum settings use hybrid video."""
    idle = (None, "", "None", False)
    return any(settings.get(name) not in idle for name in ("hybrid_composite", "hybrid_motion"))


@dataclass(frozen=True)
class ClipGate(EnableFlag):
    """A switch that is on if the film uses its clip: in video mode and in hybrid video."""

    def is_on(self, settings: Mapping[str, Any]) -> bool:
        """Returns True if the clip is used."""
        return super().is_on(settings) or in_use(settings)


_CLIP = ClipGate("animation_mode", value="", on="Video Input", default=None)
_COMPOSITES = one_of("None", "Normal", "Before Motion", "After Generation")
_MOTIONS = one_of("None", "Optical Flow", "Perspective", "Affine")
_MASKS = one_of("None", "Depth", "Video Depth", "Blend", "Difference")
_EQUALIZE = one_of("None", "Before", "After", "Both")
_FLOWS = Choice(
    {name: name for name in ("RAFT", "DIS Medium", "DIS Fine", "Farneback")} | {"DIS": "DIS Medium"}
)

CLIP_ROWS = (
    Row("video_init_path", "", "video.path", TEXT, _CLIP),
    Row("extract_from_frame", 0, "video.extract_from_frame", Number(0, whole=True)),
    Row("extract_to_frame", -1, "video.extract_to_frame", Number(-1, whole=True)),
    Row("extract_nth_frame", 1, "video.extract_nth_frame", Number(1, whole=True)),
    # hybrid video
    Row("hybrid_composite", "None", "hybrid.composite", _COMPOSITES),
    Row("hybrid_comp_alpha_schedule", "0:(0.5)", "hybrid.comp_alpha"),
    Row("hybrid_comp_mask_type", "None", "hybrid.comp_mask_type", _MASKS),
    Row("hybrid_comp_mask_inverse", NO, "hybrid.comp_mask_inverse", SWITCH),
    Row(
        "hybrid_comp_mask_equalize",
        "None",
        "hybrid.comp_mask_equalize",
        _EQUALIZE,
    ),
    Row("hybrid_comp_mask_contrast_schedule", "0:(1)", "hybrid.comp_mask_contrast"),
    Row("hybrid_comp_mask_auto_contrast", NO, "hybrid.comp_mask_auto_contrast", SWITCH),
    Row(
        "hybrid_comp_mask_auto_contrast_cutoff_low_schedule",
        "0:(0)",
        "hybrid.comp_mask_auto_contrast_cutoff_low",
    ),
    Row(
        "hybrid_comp_mask_auto_contrast_cutoff_high_schedule",
        "0:(100)",
        "hybrid.comp_mask_auto_contrast_cutoff_high",
    ),
    Row("hybrid_comp_mask_blend_alpha_schedule", "0:(0.5)", "hybrid.comp_mask_blend_alpha"),
    Row(
        "hybrid_motion",
        "None",
        "hybrid.motion",
        _MOTIONS,
    ),
    Row("hybrid_motion_use_prev_img", NO, "hybrid.motion_use_prev_img", SWITCH),
    Row("hybrid_flow_method", "RAFT", "hybrid.flow_method", _FLOWS),
    Row("hybrid_flow_factor_schedule", "0:(1)", "hybrid.flow_factor"),
    Row("hybrid_flow_consistency", NO, "hybrid.flow_consistency", SWITCH),
    Row("hybrid_consistency_blur", 2, "hybrid.consistency_blur", Number(0, 16)),
    Row("hybrid_use_first_frame_as_init_image", YES, "hybrid.use_first_frame_as_init_image", SWITCH),
    Row("hybrid_use_init_image", NO, "hybrid.use_init_image", SWITCH),
)
