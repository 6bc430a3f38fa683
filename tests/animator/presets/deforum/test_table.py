"""The table of names: complete for the extension 3.0, and every path in it is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator.presets.deforum.features import FEATURES
from animator.presets.deforum.ignored_settings import FORKS, HOST
from animator.presets.deforum.table import ALL_ROWS, COMPAT, MAPPED, SWITCHES
from animator.settings import Animation
from animator.settings.raw import group_of

DEFAULTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "reference" / "data" / "deforum_defaults.json").read_text()
)
PARSEQ = ("parseq_manifest", "parseq_use_deltas", "parseq_non_schedule_overrides")
LEFT_OUT = {key: value for feature in (*FEATURES, *HOST) for key, value in feature.settings.items()}
TABLED = {row.name: row.default for row in MAPPED} | dict(SWITCHES) | LEFT_OUT
SHOWN_ELSEWHERE = ("image_path", "init_images", *PARSEQ, "prompts")
UNSAID = ("animation_prompts_positive", "animation_prompts_negative")


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_setting_of_the_extension_has_a_line_with_its_default(name: str) -> None:
    if name in SHOWN_ELSEWHERE:
        assert name in (*TABLED, *PARSEQ)
    elif name in UNSAID:
        assert TABLED[name] == ""
    else:
        assert TABLED[name] == DEFAULTS[name]


def test_no_setting_has_two_lines() -> None:
    names = [row.name for row in ALL_ROWS] + list(SWITCHES)
    names += [key for feature in (*FEATURES, *HOST, *FORKS) for key in feature.settings]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", [*(row.ours for row in ALL_ROWS), *COMPAT])
def test_every_path_is_a_setting(path: str) -> None:
    group, _, name = path.removesuffix(".0").removesuffix(".1").rpartition(".")
    kind = group_of(group)
    assert name in (kind.model_fields if kind else Animation.model_fields)
