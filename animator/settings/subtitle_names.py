"""The values that subtitles can show, as data: Deforum's name for the choice, its short name, its setting."""

from dataclasses import dataclass

PROMPT = "Prompt"


@dataclass(frozen=True)
class Shown:
    """One value.

    Attributes:
        name: By which it is chosen.
        short: What stands in the subtitle.
        setting: Deforum's name of its schedule.
    """

    name: str
    short: str
    setting: str


VALUES = (
    Shown("Angle", "Angle", "angle"),
    Shown("Trans Center X", "Tr.C.X", "transform_center_x"),
    Shown("Trans Center Y", "Tr.C.Y", "transform_center_y"),
    Shown("Zoom", "Zoom", "zoom"),
    Shown("Trans X", "TrX", "translation_x"),
    Shown("Trans Y", "TrY", "translation_y"),
    Shown("Trans Z", "TrZ", "translation_z"),
    Shown("Rot 3D X", "RotX", "rotation_3d_x"),
    Shown("Rot 3D Y", "RotY", "rotation_3d_y"),
    Shown("Rot 3D Z", "RotZ", "rotation_3d_z"),
    Shown("Per Fl Theta", "PerFlT", "perspective_flip_theta"),
    Shown("Per Fl Phi", "PerFlP", "perspective_flip_phi"),
    Shown("Per Fl Gamma", "PerFlG", "perspective_flip_gamma"),
    Shown("Per Fl FV", "PerFlFV", "perspective_flip_fv"),
    Shown("Noise Sch", "Noise", "noise_schedule"),
    Shown("Str Sch", "StrSch", "strength_schedule"),
    Shown("Contrast Sch", "CtrstSch", "contrast_schedule"),
    Shown("CFG Sch", "CFGSch", "cfg_scale_schedule"),
    Shown("P2P Img CFG Sch", "P2PCfgSch", "pix2pix_img_cfg_scale_schedule"),
    Shown("Subseed Sch", "SubSSch", "subseed_schedule"),
    Shown("Subseed Str Sch", "SubSStrSch", "subseed_strength_schedule"),
    Shown("Ckpt Sch", "CkptSch", "checkpoint_schedule"),
    Shown("Steps Sch", "StepsSch", "steps_schedule"),
    Shown("Seed Sch", "SeedSch", "seed_schedule"),
    Shown("Sampler Sch", "SamplerSchedule", "sampler_schedule"),
    Shown("Clipskip Sch", "ClipskipSchedule", "clipskip_schedule"),
    Shown("Noise Multp Sch", "NoiseMultiplierSchedule", "noise_multiplier_schedule"),
    Shown("Mask Sch", "MaskSchedule", "mask_schedule"),
    Shown("Noise Mask Sch", "NoiseMaskSchedule", "noise_mask_schedule"),
    Shown("Ant.Blr Amount Sch", "AmountSchedule", "amount_schedule"),
    Shown("Ant.Blr Kernel Sch", "KernelSchedule", "kernel_schedule"),
    Shown("Ant.Blr Sigma Sch", "SigmaSchedule", "sigma_schedule"),
    Shown("Ant.Blr Threshold Sch", "ThresholdSchedule", "threshold_schedule"),
    Shown("Aspect Ratio Sch", "AspectRatioSchedule", "aspect_ratio_schedule"),
    Shown("FOV Sch", "FieldOfViewSchedule", "fov_schedule"),
    Shown("Near Sch", "NearSchedule", "near_schedule"),
    Shown("Cadence Flow Factor Sch", "CadenceFlowFactorSchedule", "cadence_flow_factor_schedule"),
    Shown("Redo Flow Factor Sch", "RedoFlowFactorSchedule", "redo_flow_factor_schedule"),
    Shown("Far Sch", "FarSchedule", "far_schedule"),
    Shown("Hyb Comp Alpha Sch", "HybridCompAlphaSchedule", "hybrid_comp_alpha_schedule"),
    Shown(
        "Hyb Comp Mask Blend Alpha Sch",
        "HybridCompMaskBlendAlphaSchedule",
        "hybrid_comp_mask_blend_alpha_schedule",
    ),
    Shown("Hyb Comp Mask Ctrst Sch", "HybridCompMaskContrastSchedule", "hybrid_comp_mask_contrast_schedule"),
    Shown(
        "Hyb Comp Mask Auto Contrast Cutoff High Sch",
        "HybridCompMaskAutoContrastCutoffHighSchedule",
        "hybrid_comp_mask_auto_contrast_cutoff_high_schedule",
    ),
    Shown(
        "Hyb Comp Mask Auto Ctrst Cut Low Sch",
        "HybridCompMaskAutoContrastCutoffLowSchedule",
        "hybrid_comp_mask_auto_contrast_cutoff_low_schedule",
    ),
    Shown("Hybrid Flow Factor Sch", "HybridFlowFactorSchedule", "hybrid_flow_factor_schedule"),
)
NAMES = ("all", *(value.name for value in VALUES), PROMPT)
