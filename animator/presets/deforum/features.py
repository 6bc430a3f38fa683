"""Deforum's settings that are not supported yet, by feature, and what a film lacks without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IDLE = (False, "False", "false", None, "", "None", 0)


@dataclass(frozen=True)
class Feature:
    """A part of Deforum that is not supported.

    Attributes:
        name: Common name.
        settings: Its settings with Deforum's defaults.
        switches: The settings that turn it on -> the values with which it is off.
        loss: What the film lacks without it; empty if it does not change any image.
        also: Names of further settings that belong to it; one that ends in _ is a prefix.
        within: A supported switch without which it has no effect, either; empty for none.
    """

    name: str
    settings: Mapping[str, Any]
    switches: Mapping[str, tuple[Any, ...]]
    loss: str
    also: tuple[str, ...] = ()
    within: str = ""

    def used(self, settings: Mapping[str, Any]) -> bool:
        """Returns True if a file uses the feature."""
        if self.within and settings.get(self.within) in IDLE:
            return False
        return any(settings.get(key, idle[0]) not in idle for key, idle in self.switches.items())

    def owns(self, key: str) -> bool:
        """Returns True if a setting belongs to the feature."""
        prefixes = tuple(name for name in self.also if name.endswith("_"))
        return key in self.settings or key in self.switches or key in self.also or key.startswith(prefixes)


FEATURES = (
    Feature(
        "checkpoint",
        {},
        {"sd_model_name": (None, "")},
        "the file names the checkpoint it was made with; set `model` to yours",
        ("sd_model_",),
    ),
    Feature(
        "extracted frames",
        {
            "overwrite_extracted_frames": False,
            "hybrid_generate_inputframes": False,
            "hybrid_comp_save_extra_frames": False,
        },
        {},
        "",
    ),
    Feature(
        "masks of people",
        {"hybrid_generate_human_masks": "None"},
        {"hybrid_generate_human_masks": IDLE},
        "no masks of the people in the clip are written",
        ("hybrid_",),
    ),
    Feature("masks of other tools", {}, {}, "", ("mask_", "inpainting_")),
    Feature("image keyframes", {}, {}, "", ("image_keyframe_",)),
    Feature(
        "motion preview",
        {"motion_preview_mode": False},
        {"motion_preview_mode": IDLE},
        "frames are generated; `animator preview` shows the motion alone",
    ),
    Feature(
        "interpolation between prompts",
        {},
        {"interpolate_key_frames": (True, None)},
        "prompts blend over the frames between their keys",
        ("interpolate_",),
    ),
    Feature(
        "further settings of the finished film",
        {},
        {},
        "",
        ("audio_", "frame_interpolation_", "r_upscale_"),
    ),
)
