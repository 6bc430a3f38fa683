"""Masks and guided images in settings files: in, out, and back."""

import json
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum import import_settings
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import dump
from animator.settings import Animation

MASKED: dict[str, Any] = {
    "animation_mode": "2D", "max_frames": 20, "prompts": {"0": "a lake"}, "seed": 3,
    "use_init": True, "init_image": "scene.png", "use_alpha_as_mask": True,
    "use_mask": True, "mask_file": "mask.png", "invert_mask": True, "fill": 2, "overlay_mask": False,
    "mask_contrast_adjust": 1.5, "mask_brightness_adjust": 0.8, "mask_overlay_blur": 7,
    "full_res_mask": False, "full_res_mask_padding": 16, "use_mask_video": True,
    "video_mask_path": "masks.mp4",
    "mask_schedule": '0: ("{video_mask}"), max_f-5: ("!([a.png]|[b.png])&{everywhere}")',
    "use_noise_mask": True, "noise_mask_schedule": '0: ("[a.png] \\ [b.png]")',
}  # fmt: skip
GUIDED: dict[str, Any] = {
    "animation_mode": "3D", "max_frames": 20, "prompts": {"0": "a lake"}, "seed": 3, "seed_behavior": "iter",
    "use_looper": True, "init_images": '{"0": "a.png", "max_f/2": "b.png"}',
    "image_strength_schedule": "0:(0.6)", "blendFactorMax": "0:(0.4)", "blendFactorSlope": "0:(0.2)",
    "tweening_frames_schedule": "0:(8)", "color_correction_factor": "0:(0.1)",
}  # fmt: skip


def film_of(settings: dict[str, Any]) -> Animation:
    return Animation.model_validate(import_settings(settings, "film.txt").values)


def test_masks_are_imported() -> None:
    mask = film_of(MASKED).mask
    assert (mask.use_mask, mask.mask_file, mask.invert_mask, mask.fill) == (
        True,
        "mask.png",
        True,
        "latent noise",
    )
    assert (mask.use_alpha_as_mask, mask.overlay_mask, mask.overlay_blur) == (True, False, 7)
    assert (mask.full_res_mask, mask.full_res_mask_padding, mask.video_mask_path) == (False, 16, "masks.mp4")
    # What Deforum calls contrast is brightness there, and the other way round.
    assert (mask.brightness_adjust, mask.contrast_adjust) == (1.5, 0.8)


def test_brackets_of_expressions_are_kept() -> None:
    film = film_of(MASKED)
    texts = film.mask.text_schedule("mask_schedule").values(film.scope)
    assert (texts[13], texts[14]) == ("{video_mask}", "!([a.png]|[b.png])&{everywhere}")
    assert film.mask.text_schedule("noise_mask_schedule").values(film.scope)[5] == "[a.png] \\ [b.png]"


def test_guided_images_are_imported_and_take_the_seed_schedule() -> None:
    film = film_of(GUIDED)
    assert film.guides == ((0, "a.png"), (9, "b.png"))
    assert film.diffusion.seed_behavior.value == "schedule"
    assert film.guided.schedule("blend_factor_max").source == "0:(0.4)"


@pytest.mark.parametrize("settings", [MASKED, GUIDED], ids=["masks", "guided"])
def test_there_and_back(settings: dict[str, Any]) -> None:
    film = film_of(settings)
    exported = export_settings(film)
    again = film_of(json.loads(exported.text))
    assert dump(again) == dump(film_of(dict(export_settings(again).settings)))
    assert export_settings(again).text == exported.text
    for name in ("use_mask", "invert_mask", "mask_contrast_adjust", "use_looper", "blendFactorMax"):
        if name in settings:
            assert exported.settings[name] == settings[name]
    assert not [note for note in exported.notes if "mask" in str(note) or "guided" in str(note)]


def test_what_is_switched_off_is_not_read() -> None:
    off = {**MASKED, "use_mask": False, "use_noise_mask": False, "use_mask_video": False, "use_init": False}
    mask = film_of({**off, "mask_schedule": '0: ("{human_mask}")'}).mask
    assert not mask.acts and mask.mask_file == "" and mask.video_mask_path == ""
    assert film_of({**GUIDED, "use_looper": False, "init_images": "no JSON"}).guides == ()


def test_mistakes_name_the_setting() -> None:
    with pytest.raises(PresetError, match=r"(?s)mask_schedule: is .*cuts people out") as caught:
        film_of({**MASKED, "mask_schedule": '0: ("{human_mask}")'})
    assert "human_mask" in str(caught.value)
    with pytest.raises(PresetError, match=r"init_images: is .*is not JSON"):
        film_of({**GUIDED, "init_images": "a.png"})
