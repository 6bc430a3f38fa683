"""Rows of the mapping for settings that only forks of Deforum for newer web UIs have, Forge's above all.

A file of the extension 3.0 has none of them. So a setting of ours keeps its default unless a file names
theirs or has its switch on, and export writes them only for films that use them.
"""

from typing import Any

from animator.presets.deforum.conversions import CheckpointTitle, Number
from animator.presets.deforum.rows import SCHEDULE, SWITCH, EnableFlag, Row

OFF = False


def _gated(switch: str, name: str, default: Any, ours: str) -> Row:
    """Returns the row of a schedule that counts only while a switch is on."""
    return Row(name, default, ours, SCHEDULE, EnableFlag(switch, default=None))


FORGE_ROWS = (
    Row("distilled_cfg_scale_schedule", "0: (3.5)", "diffusion.distilled_cfg_scale"),
    Row("refiner_checkpoint", "", "diffusion.refiner", CheckpointTitle()),
    Row("refiner_switch_at", 0.8, "diffusion.refiner_share", Number(0, 1)),
    Row("freeu_enabled", OFF, "freeu.enabled", SWITCH),
    _gated("freeu_enabled", "freeu_b1", "0:(1.3)", "freeu.b1"),
    _gated("freeu_enabled", "freeu_b2", "0:(1.4)", "freeu.b2"),
    _gated("freeu_enabled", "freeu_s1", "0:(0.9)", "freeu.s1"),
    _gated("freeu_enabled", "freeu_s2", "0:(0.2)", "freeu.s2"),
    Row("kohya_hrfix_enabled", OFF, "deep_shrink.enabled", SWITCH),
    _gated("kohya_hrfix_enabled", "kohya_hrfix_block_number", "0:(1)", "deep_shrink.block"),
    _gated("kohya_hrfix_enabled", "kohya_hrfix_downscale_factor", "0:(2.0)", "deep_shrink.factor"),
    _gated("kohya_hrfix_enabled", "kohya_hrfix_start_percent", "0:(0.0)", "deep_shrink.start"),
    _gated("kohya_hrfix_enabled", "kohya_hrfix_end_percent", "0:(0.35)", "deep_shrink.end"),
)
