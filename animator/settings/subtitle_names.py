"""Values that subtitles can show, as data: name in presets, label in the subtitle, Deforum's setting."""

from dataclasses import dataclass

PROMPT = "Prompt"
SEED = "Seed"
"""Every subtitle shows it; alone it asks for subtitles without further values."""


@dataclass(frozen=True)
class SubtitleValue:
    """One value of a subtitle.

    Attributes:
        name: Name in presets.
        short: Label in the subtitle.
        setting: Deforum's name of the schedule.
        is_text: True for a schedule of texts.
    """

    name: str
    short: str
    setting: str
    is_text: bool = False


VALUES = (
    SubtitleValue("Angle", "Angle", "angle"),
    SubtitleValue("Trans Center X", "Tr.C.X", "transform_center_x"),
    SubtitleValue("Trans Center Y", "Tr.C.Y", "transform_center_y"),
    SubtitleValue("Zoom", "Zoom", "zoom"),
    SubtitleValue("Trans X", "TrX", "translation_x"),
    SubtitleValue("Trans Y", "TrY", "translation_y"),
    SubtitleValue("Trans Z", "TrZ", "translation_z"),
    SubtitleValue("Rot 3D X", "RotX", "rotation_3d_x"),
    SubtitleValue("Rot 3D Y", "RotY", "rotation_3d_y"),
    SubtitleValue("Rot 3D Z", "RotZ", "rotation_3d_z"),
    SubtitleValue("Per Fl Theta", "PerFlT", "perspective_flip_theta"),
    SubtitleValue("Per Fl Phi", "PerFlP", "perspective_flip_phi"),
    SubtitleValue("Per Fl Gamma", "PerFlG", "perspective_flip_gamma"),
    SubtitleValue("Per Fl FV", "PerFlFV", "perspective_flip_fv"),
    SubtitleValue("Noise Sch", "Noise", "noise_schedule"),
    SubtitleValue("Str Sch", "StrSch", "strength_schedule"),
    SubtitleValue("Contrast Sch", "CtrstSch", "contrast_schedule"),
    SubtitleValue("CFG Sch", "CFGSch", "cfg_scale_schedule"),
    SubtitleValue("P2P Img CFG Sch", "P2PCfgSch", "pix2pix_img_cfg_scale_schedule"),
    SubtitleValue("Subseed Sch", "SubSSch", "subseed_schedule"),
    SubtitleValue("Subseed Str Sch", "SubSStrSch", "subseed_strength_schedule"),
    SubtitleValue("Ckpt Sch", "CkptSch", "checkpoint_schedule", is_text=True),
    SubtitleValue("Steps Sch", "StepsSch", "steps_schedule"),
    SubtitleValue("Seed Sch", "SeedSch", "seed_schedule"),
    SubtitleValue("Sampler Sch", "SamplerSchedule", "sampler_schedule", is_text=True),
    SubtitleValue("Clipskip Sch", "ClipskipSchedule", "clipskip_schedule"),
    SubtitleValue("Noise Multp Sch", "NoiseMultiplierSchedule", "noise_multiplier_schedule"),
    SubtitleValue("Mask Sch", "MaskSchedule", "mask_schedule", is_text=True),
    SubtitleValue("Noise Mask Sch", "NoiseMaskSchedule", "noise_mask_schedule", is_text=True),
    SubtitleValue("Ant.Blr Amount Sch", "AmountSchedule", "amount_schedule"),
    SubtitleValue("Ant.Blr Kernel Sch", "KernelSchedule", "kernel_schedule"),
    SubtitleValue("Ant.Blr Sigma Sch", "SigmaSchedule", "sigma_schedule"),
    SubtitleValue("Ant.Blr Threshold Sch", "ThresholdSchedule", "threshold_schedule"),
    SubtitleValue("Aspect Ratio Sch", "AspectRatioSchedule", "aspect_ratio_schedule"),
    SubtitleValue("FOV Sch", "FieldOfViewSchedule", "fov_schedule"),
    SubtitleValue("Near Sch", "NearSchedule", "near_schedule"),
    SubtitleValue("Cadence Flow Factor Sch", "CadenceFlowFactorSchedule", "cadence_flow_factor_schedule"),
    SubtitleValue("Redo Flow Factor Sch", "RedoFlowFactorSchedule", "redo_flow_factor_schedule"),
    SubtitleValue("Far Sch", "FarSchedule", "far_schedule"),
    SubtitleValue("Hyb Comp Alpha Sch", "HybridCompAlphaSchedule", "hybrid_comp_alpha_schedule"),
    SubtitleValue(
        "Hyb Comp Mask Blend Alpha Sch",
        "HybridCompMaskBlendAlphaSchedule",
        "hybrid_comp_mask_blend_alpha_schedule",
    ),
    SubtitleValue(
        "Hyb Comp Mask Ctrst Sch", "HybridCompMaskContrastSchedule", "hybrid_comp_mask_contrast_schedule"
    ),
    SubtitleValue(
        "Hyb Comp Mask Auto Contrast Cutoff High Sch",
        "HybridCompMaskAutoContrastCutoffHighSchedule",
        "hybrid_comp_mask_auto_contrast_cutoff_high_schedule",
    ),
    SubtitleValue(
        "Hyb Comp Mask Auto Ctrst Cut Low Sch",
        "HybridCompMaskAutoContrastCutoffLowSchedule",
        "hybrid_comp_mask_auto_contrast_cutoff_low_schedule",
    ),
    SubtitleValue("Hybrid Flow Factor Sch", "HybridFlowFactorSchedule", "hybrid_flow_factor_schedule"),
)
NAMES = ("all", *(value.name for value in VALUES), PROMPT, SEED)
