"""The clip in settings files: video input and hybrid video, both ways."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from animator.errors import PresetError
from animator.presets import raw
from animator.presets.clip import with_clip_length
from animator.presets.deforum import Effect, import_settings
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import load
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.validate import validate

HYBRID: dict[str, Any] = {
    "animation_mode": "3D",
    "video_init_path": "clip.mp4",
    "extract_from_frame": 4,
    "extract_to_frame": 90,
    "extract_nth_frame": 2,
    "hybrid_generate_inputframes": True,
    "hybrid_composite": "Before Motion",
    "hybrid_motion": "Optical Flow",
    "hybrid_motion_use_prev_img": True,
    "hybrid_flow_method": "DIS Fine",
    "hybrid_flow_consistency": True,
    "hybrid_consistency_blur": 3,
    "hybrid_flow_factor_schedule": "0:(0.9)",
    "hybrid_comp_mask_type": "Video Depth",
    "hybrid_comp_mask_inverse": True,
    "hybrid_comp_mask_equalize": "Both",
    "hybrid_comp_mask_auto_contrast": True,
    "hybrid_comp_mask_auto_contrast_cutoff_low_schedule": "0:(5)",
    "color_coherence": "Video Input",
    "hybrid_comp_mask_auto_contrast_cutoff_high_schedule": "0:(95)",
    "color_coherence_video_every_N_frames": 3,
    "hybrid_comp_alpha_schedule": "0:(0.4), 20:(0.1)",
    "hybrid_comp_mask_blend_alpha_schedule": "0:(0.9)",
    "hybrid_comp_mask_contrast_schedule": "0:(5)",
    "hybrid_use_first_frame_as_init_image": False,
    "hybrid_use_init_image": False,
    "hybrid_generate_human_masks": "None",
    "hybrid_comp_save_extra_frames": True,
}


def film_of(settings: dict[str, Any]) -> Animation:
    imported = import_settings(settings, "film.txt")
    return validate(RawPreset("film.txt", imported.values, imported.places))


def test_every_hybrid_setting_comes_through() -> None:
    film = film_of(HYBRID)
    hybrid = film.hybrid
    assert film.is_hybrid and film.video.path == "clip.mp4"
    assert (film.video.extract_from_frame, film.video.extract_to_frame, film.video.extract_nth_frame) == (
        4,
        90,
        2,
    )
    assert (hybrid.composite, hybrid.motion, hybrid.flow_method) == (
        "Before Motion",
        "Optical Flow",
        "DIS Fine",
    )
    assert (hybrid.comp_mask_type, hybrid.comp_mask_equalize) == ("Video Depth", "Both")
    assert hybrid.comp_mask_inverse and hybrid.comp_mask_auto_contrast and hybrid.flow_consistency
    assert hybrid.motion_use_prev_img and not hybrid.use_first_frame_as_init_image
    assert (hybrid.consistency_blur, hybrid.schedule("flow_factor").source) == (3, "0:(0.9)")
    assert hybrid.schedule("comp_mask_auto_contrast_cutoff_high").source == "0:(95)"
    assert (film.color.coherence, film.color.reference) == ("LAB", "video")
    assert film.color.coherence_video_every_n_frames == 3
    notes = import_settings(HYBRID, "film.txt").notes
    assert [note for note in notes if note.effect is Effect.CHANGES] == []


def test_out_and_in_again_is_the_same_film() -> None:
    film = film_of(HYBRID)
    exported = export_settings(film).settings
    assert {key: exported[key] for key in HYBRID} == HYBRID | {"hybrid_comp_save_extra_frames": False}
    again = film_of(dict(exported))
    assert (again.hybrid, again.video, again.color) == (film.hybrid, film.video, film.color)


@pytest.mark.parametrize(
    ("settings", "path", "is_hybrid"),
    [
        ({"animation_mode": "2D"}, "", False),
        ({"animation_mode": "2D", "hybrid_composite": "None", "hybrid_motion": "None"}, "", False),
        ({"animation_mode": "2D", "hybrid_composite": True}, "clip.mp4", True),
        ({"animation_mode": "2D", "hybrid_composite": False, "hybrid_motion": "Affine"}, "clip.mp4", True),
        ({"animation_mode": "Video Input"}, "clip.mp4", False),
    ],
)
def test_the_clip_counts_where_it_plays_a_part(settings: dict[str, Any], path: str, is_hybrid: bool) -> None:
    film = film_of({"video_init_path": "clip.mp4", **settings})
    assert (film.video.path, film.is_hybrid) == (path, is_hybrid)


def test_clip_colors_without_a_clip_are_the_first_frames() -> None:
    assert (
        film_of({"color_coherence": "Video Input", "video_init_path": "clip.mp4"}).color.reference == "first"
    )


def test_masks_of_people_are_told_of() -> None:
    notes = import_settings({**HYBRID, "hybrid_generate_human_masks": "PNGs"}, "film.txt").notes
    changing = [str(note) for note in notes if note.effect is Effect.CHANGES]
    assert changing == [
        "hybrid_generate_human_masks: masks of people (left out): "
        "no masks of the people in the clip are written"
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with six images in `in`."""
    (tmp_path / "in").mkdir()
    for number in range(6):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(tmp_path / "in" / f"{number}.png")
    return tmp_path


def test_a_hybrid_film_is_as_long_as_its_clip(folder: Path) -> None:
    settings = {"video_init_path": "in", "hybrid_motion": "Affine", "max_frames": 99}
    values = import_settings(settings, "film.txt").values
    assert with_clip_length(values, folder)["frames"] == 6
    still = import_settings({**settings, "hybrid_use_init_image": True}, "film.txt").values
    assert with_clip_length(still, folder)["frames"] == 99


def test_length_and_rate_from_the_clip(folder: Path) -> None:
    preset = folder / "film.yaml"
    preset.write_text("frames: clip\nmode: video\nvideo: {path: in, extract_nth_frame: 2}\n")
    assert load(preset).frames == 3
    preset.write_text("fps: clip\nmode: video\nvideo: {path: in}\n")
    with pytest.raises(
        PresetError, match=r"video.path: .*in: has no frame rate of its own; give fps a number"
    ):
        load(preset)
    preset.write_text("frames: clip\nfps: clip\nmode: video\nvideo: {path: none.mp4}\n")
    with pytest.raises(PresetError, match=r"^1 problem in .*\n.*video.path: none.mp4: there is no such file"):
        load(preset)
    preset.write_text("frames: clip\n")
    with pytest.raises(PresetError, match=r"video.path: is empty; expected a film, a folder of images"):
        load(preset)


def test_a_clip_is_found_beside_the_preset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "films").mkdir()
    preset = folder / "films" / "film.yaml"
    preset.write_text("frames: 6\nmode: video\nvideo: {path: ../in}\n")
    monkeypatch.chdir(folder)
    assert Path(load(preset).video.path).resolve() == folder / "in"
    preset.write_text("frames: 6\nmode: video\nvideo: {path: in}\n")
    assert Path(load(preset).video.path).resolve() == folder / "in"
    preset.write_text("frames: 6\nmode: video\nvideo: {path: nowhere}\n")
    with pytest.raises(PresetError, match="nowhere: there is no such file"):
        load(preset)


def test_a_url_needs_permission(folder: Path) -> None:
    preset = folder / "film.yaml"
    preset.write_text("mode: video\nvideo: {path: 'https://host/a.mp4'}\n")
    with pytest.raises(
        PresetError, match=r"film.yaml:2:\d+: video.path: .*is a URL; set video.allow_url: true"
    ):
        load(preset)
    assert raw.read(preset).values["video"]["path"] == "https://host/a.mp4"
    preset.write_text("mode: video\nvideo: {path: 'https://host/a.mp4', allow_url: true}\n")
    assert load(preset).video.allow_url
