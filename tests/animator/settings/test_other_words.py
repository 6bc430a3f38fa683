"""Words of A1111 and Deforum lead to our settings."""

from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum.rows import Row
from animator.presets.deforum.table import ROWS
from animator.presets.load import load
from animator.settings.animation import Animation
from animator.settings.other_words import _NAMES, MAIN_SETTINGS
from animator.settings.raw import group_of
from tests.animator.cli.in_process import animator


def answer(**settings: Any) -> str:
    with pytest.raises(PresetError) as caught:
        load(settings)
    return str(caught.value)


@pytest.mark.parametrize("path", [*_NAMES.values(), *MAIN_SETTINGS.values()])
def test_every_suggested_setting_exists(path: str) -> None:
    group, _, name = path.rpartition(".")
    kind = group_of(group) if group else Animation
    assert kind is not None and name in kind.model_fields


@pytest.mark.parametrize(
    ("word", "setting"),
    [
        ("cfg", "diffusion.cfg_scale"),
        ("CFG", "diffusion.cfg_scale"),
        ("cfg_scale", "diffusion.cfg_scale"),
        ("seed", "diffusion.seed"),
        ("sampler", "diffusion.sampler"),
        ("denoise", "diffusion.strength"),
        ("denoising_strength", "diffusion.strength"),
        ("negative", "negative_prompt"),
        ("prompt", "prompts"),
        ("zoom", "motion.zoom"),
        ("rotation", "motion.angle"),
        ("rotation_3d_y", "motion.rotation_3d_y"),
        ("fov", "camera.fov"),
        ("fov_schedule", "camera.fov"),
        ("max_frames", "frames"),
        ("width", "size"),
        ("H", "size"),
        ("strength_schedule", "diffusion.strength"),
        ("diffusion_cadence", "diffusion.cadence"),
        ("framez", "frames"),
    ],
)
def test_a_word_at_the_top_level_leads_to_the_setting(word: str, setting: str) -> None:
    assert f"did you mean `{setting}`" in answer(**{word: 3})


@pytest.mark.parametrize(
    ("group", "word", "setting"),
    [
        ("diffusion", "cfg", "diffusion.cfg_scale"),
        ("diffusion", "denoise", "diffusion.strength"),
        ("diffusion", "strength_schedule", "diffusion.strength"),
        ("motion", "rotation", "motion.angle"),
        ("motion", "zoom_schedule", "motion.zoom"),
        ("motion", "fov", "camera.fov"),
        ("output", "fps", "fps"),
    ],
)
def test_a_word_in_a_group_leads_to_the_setting(group: str, word: str, setting: str) -> None:
    assert f"did you mean `{setting}`" in answer(**{group: {word: 3}})


@pytest.mark.parametrize("group", [name for name in MAIN_SETTINGS if name != "steps"])
def test_a_value_for_a_group_leads_to_its_main_setting(group: str) -> None:
    assert f"is a group of settings; did you mean `{MAIN_SETTINGS[group]}`? Got 3" in answer(**{group: 3})


def test_a_number_of_steps_at_the_top_level_leads_to_those_of_the_diffusion() -> None:
    assert "steps: is a list of steps; did you mean `diffusion.steps`? Got 20" in answer(steps=20)


ELSEWHERE = ("mask_contrast_adjust", "mask_brightness_adjust", "strength", "skip_video_creation")
"""Names that Deforum uses for another setting than we do."""


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS.values() if row.ours and "." in row.ours and row.name not in ELSEWHERE],
    ids=lambda row: row.name,
)
def test_every_setting_of_deforum_leads_to_ours(row: Row) -> None:
    if row.ours.startswith("controlnet") or row.name in Animation.model_fields:
        return
    setting = row.ours.removesuffix(".0").removesuffix(".1")
    assert f"did you mean `{setting}`" in answer(**{row.name: "x"})


def test_overrides_answer_like_presets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "film.yaml").write_text("prompts: a lake\n")
    code, printed = animator(capsys, "check", tmp_path / "film.yaml", "--set", "cfg=4", "--set", "width=512")
    assert code == 2
    assert "--set cfg=4: cfg: unknown setting; did you mean `diffusion.cfg_scale`?" in printed
    assert "--set width=512: width: unknown setting; did you mean `size`, as in `size: 512x320`?" in printed
