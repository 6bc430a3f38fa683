"""ControlNet units of settings files, both ways."""

from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum.exporting import export_settings
from animator.presets.deforum.importing import Imported, import_settings
from animator.settings import Animation
from animator.settings.import_notes import Effect

UNIT: dict[str, Any] = {
    "enabled": True,
    "overwrite_frames": True,
    "vid_path": "dance.mp4",
    "mask_vid_path": "",
    "low_vram": False,
    "pixel_perfect": True,
    "module": "canny",
    "model": "control_v11p_sd15_canny [d14c016b]",
    "weight": "0:(0.65), 10:(1)",
    "guidance_start": "0:(0.1)",
    "guidance_end": "0:(0.7)",
    "processor_res": 512,
    "threshold_a": 80,
    "threshold_b": 160,
    "resize_mode": "Just Resize",
    "control_mode": "ControlNet is more important",
    "loopback_mode": False,
}


def read(*units: dict[str, Any], **settings: Any) -> Imported:
    named = {f"cn_{n}_{key}": v for n, unit in enumerate(units, start=1) for key, v in unit.items()}
    return import_settings({"max_frames": 12, "prompts": {"0": "x"}, **settings, **named}, "test")


def changing(imported: Imported) -> str:
    return "\n".join(str(note) for note in imported.notes if note.effect is Effect.CHANGES)


def only(imported: Imported) -> Any:
    (unit,) = Animation.model_validate(imported.values).controlnet
    return unit


def test_a_unit_comes_in_whole() -> None:
    imported = read(UNIT)
    assert only(imported).model_dump(mode="json") == {
        "enabled": True,
        "model": "control_v11p_sd15_canny",
        "source": "dance.mp4",
        "module": "canny",
        "task": "none",
        "preprocessor_model": "",
        "preprocessor_detector": "",
        "weight": "0:(0.65), 10:(1)",
        "guidance_start": "0:(0.1)",
        "guidance_end": "0:(0.7)",
        "mask": "{everywhere}",
        "control_mode": "control",
        "guess_mode": False,
        "resize_mode": "stretch",
        "processor_res": 0,
        "threshold_a": 80.0,
        "threshold_b": 160.0,
        "extract_from_frame": 0,
        "extract_nth_frame": 1,
        "after_end": "error",
    }
    assert "cn_" not in changing(imported)


def test_units_that_are_off_are_left_out_and_the_others_keep_their_order() -> None:
    other = UNIT | {"model": "tile [x]", "module": "none"}
    imported = read(UNIT | {"enabled": False}, UNIT, {"enabled": False}, other)
    models = [unit.model for unit in Animation.model_validate(imported.values).controlnet]
    assert models == ["control_v11p_sd15_canny", "tile [x]"]  # no hash: it has other letters
    assert "cn_" not in changing(imported)


@pytest.mark.parametrize(
    ("change", "ours"),
    [
        ({"vid_path": ""}, {"source": "frame"}),
        ({"mask_vid_path": ' hand.PNG" '}, {"mask": "[hand.PNG]"}),
        ({"loopback_mode": True}, {"source": "frame"}),
        ({"vid_path": ' input.mp4" '}, {"source": "input.mp4"}),
        ({"weight": 1.5}, {"weight": "0:(1.5)"}),
        ({"pixel_perfect": False}, {"processor_res": 512}),
        ({"pixel_perfect": False, "processor_res": 64}, {"processor_res": 512}),
        ({"pixel_perfect": False, "module": "none"}, {"processor_res": 0}),
        ({"threshold_a": 0.4, "threshold_b": 0.05}, {"threshold_a": None, "threshold_b": None}),
        ({"module": "tile_resample", "threshold_a": 64}, {"module": "tile", "threshold_a": None}),
        ({"module": "tile_resample", "threshold_a": 2}, {"module": "tile", "threshold_a": 2.0}),
        ({"module": "depth_midas"}, {"module": "depth", "threshold_a": None}),
        ({"module": "normal_midas", "threshold_a": 0.3}, {"module": "normal", "threshold_a": 0.3}),
        ({"module": "scribble_xdog", "threshold_a": 20}, {"module": "scribble", "threshold_a": 20}),
        ({"module": "lineart_standard", "threshold_a": 2}, {"module": "lineart", "threshold_a": None}),
        ({"module": "recolor_luminance", "pixel_perfect": False}, {"module": "recolor", "processor_res": 0}),
        ({"module": "invert (from white bg & black line)"}, {"module": "invert"}),
        ({"resize_mode": "Outer Fit (Shrink to Fit)"}, {"resize_mode": "pad"}),
        ({"resize_mode": "Inner Fit (Scale to Fit)"}, {"resize_mode": "crop"}),
        ({"control_mode": "My prompt is more important"}, {"control_mode": "prompt"}),
        ({"control_mode": "Balanced", "guess_mode": True}, {"control_mode": "control"}),
    ],
)
def test_values_of_deforum_become_ours(change: dict[str, Any], ours: dict[str, Any]) -> None:
    imported = read(UNIT | change)
    unit = only(imported).model_dump(mode="json")
    assert {name: unit[name] for name in ours} == ours
    assert "cn_" not in changing(imported)


@pytest.mark.parametrize(
    ("change", "enabled", "module", "note"),
    [
        (
            {"module": "densepose"},
            False,
            "none",
            "cn_1_module: densepose is not available, so the unit is off",
        ),
        (
            {"module": "depth_leres++"},
            True,
            "depth",
            r"cn_1_module: depth_leres++ is not available; depth is",
        ),
        (
            {"module": "softedge_pidinet"},
            True,
            "softedge",
            "cn_1_module: softedge_pidinet is not available; softedge is used instead",
        ),
        ({"mask_vid_path": "m.mp4"}, True, "canny", "cn_1_mask_vid_path: masks of units are images"),
    ],
)
def test_unsupported_values_are_noted(change: dict[str, Any], enabled: bool, module: str, note: str) -> None:
    imported = read(UNIT | change)
    unit = only(imported)
    assert (unit.enabled, unit.module) == (enabled, module)
    assert note in changing(imported)


@pytest.mark.parametrize("model", ["None", "", None])
def test_units_without_a_model_are_left_out_with_a_note(model: Any) -> None:
    imported = read(UNIT | {"model": model, "module": "openpose_full"})
    assert not imported.values["controlnet"]
    assert "cn_1_model: openpose_full without a model (left out)" in changing(imported)


def test_a_units_film_is_cut_as_the_clip_in_video_mode_only() -> None:
    cut = {"extract_from_frame": 4, "extract_nth_frame": 2, "video_init_path": "clip.mp4"}
    assert only(read(UNIT, **cut)).extract_nth_frame == 1
    unit = only(read(UNIT, animation_mode="Video Input", **cut))
    assert (unit.extract_from_frame, unit.extract_nth_frame) == (4, 2)


def test_the_single_unit_of_the_first_files_comes_in() -> None:
    first = {
        "controlnet_enabled": True,
        "controlnet_module": "none",
        "controlnet_model": "control_sd15_openpose [fef5e48e]",
        "controlnet_weight": 2,
        "controlnet_guidance_strength": 0.8,
        "controlnet_lowvram": True,
        "controlnet_resize_mode": "Scale to Fit (Inner Fit)",
        "controlnet_scribble_mode": False,
    }
    unit = only(read(**first))
    values = (unit.model, unit.weight.source, unit.guidance_end.source)
    assert values == ("control_sd15_openpose", 2, 0.8)


def test_invalid_values_are_reported_by_name() -> None:
    with pytest.raises(PresetError, match="cn_1_weight: is ''; is empty; expected a schedule"):
        read(UNIT | {"weight": ""})


def test_units_go_out_and_come_back_equal() -> None:
    film = Animation.model_validate(
        {
            "frames": 12,
            "controlnet": [
                {
                    "model": "a",
                    "source": "x.mp4",
                    "module": "canny",
                    "weight": "0:(0.2), 11:(1)",
                    "guidance_end": 0.5,
                    "threshold_a": 50,
                    "threshold_b": 90,
                    "control_mode": "prompt",
                    "resize_mode": "pad",
                },
                {"model": "b", "module": "depth", "processor_res": 768, "weight": "0.5+0.1*sin(t)"},
                {"model": "b", "module": "mlsd", "mask": "[hand.png]"},
                {"enabled": False, "model": "c"},
            ],
        }
    )
    exported = export_settings(film)
    settings = exported.settings
    assert settings["cn_1_model"] == "a" and settings["cn_1_guidance_end"] == "0: (0.5)"
    assert settings["cn_2_loopback_mode"] is True and settings["cn_2_pixel_perfect"] is False
    assert settings["cn_4_enabled"] is False and "cn_5_enabled" not in settings
    again = Animation.model_validate(import_settings(settings, "test").values)
    kept = [unit for unit in film.controlnet if unit.enabled]
    for one, other in zip(kept, again.controlnet, strict=True):
        ours, theirs = one.model_dump(mode="json"), other.model_dump(mode="json")
        schedules = ("weight", "guidance_start", "guidance_end")
        assert {k: v for k, v in ours.items() if k not in schedules} == {
            k: v for k, v in theirs.items() if k not in schedules
        }
        for name in schedules:
            before, after = getattr(one, name), getattr(other, name)
            assert list(after.values(again.scope)) == pytest.approx(list(before.values(film.scope)))
    assert not any("cn_" in str(note) for note in exported.notes)


def test_what_deforum_lacks_is_noted() -> None:
    cut = {"model": "a", "source": "x.mp4", "extract_nth_frame": 3}
    masked = {"model": "a", "mask": "![hand.png]", "guess_mode": True}
    film = Animation.model_validate({"frames": 4, "controlnet": [cut, masked]})
    notes = [str(note) for note in export_settings(film).notes]
    assert any(note.startswith("cn_1_vid_path: the whole video is used") for note in notes)
    assert any(note.startswith("cn_2_mask_vid_path: has no expressions") for note in notes)
    assert any(note.startswith("cn_2_control_mode: guess_mode is written") for note in notes)


def test_a_unit_of_an_ip_adapter_becomes_one() -> None:
    adapter = UNIT | {"module": "ip-adapter_clip_sd15", "model": "ip-adapter_sd15 [6a3f6166]"}
    film = Animation.model_validate(read(UNIT, adapter | {"vid_path": "style.png"}).values)
    assert [unit.model for unit in film.controlnet] == ["control_v11p_sd15_canny"]
    (unit,) = film.ip_adapter
    assert (unit.enabled, unit.model, unit.image.names) == (True, "ip-adapter_sd15", ("style.png",))
    assert unit.schedule("weight").source == "0:(0.65), 10:(1)"
    imported = read(adapter)
    assert "cn_" not in changing(imported)


def test_an_ip_adapter_for_faces_comes_in_switched_off() -> None:
    imported = read(UNIT | {"module": "ip-adapter_face_id_plus", "loopback_mode": True})
    (unit,) = Animation.model_validate(imported.values).ip_adapter
    assert not unit.enabled and unit.image.names == ("frame",)
    assert "cn_1_module: ip-adapter_face_id_plus recognizes faces by a network" in changing(imported)


@pytest.mark.parametrize("module", ["reference_only", "reference_adain+attn"])
def test_a_unit_that_refers_to_its_image_needs_no_model(module: str) -> None:
    imported = read(UNIT | {"module": module, "model": "None", "threshold_a": 0.7})
    unit = only(imported)
    assert (unit.enabled, unit.module, unit.model, unit.threshold_a) == (True, "reference_only", "", 0.7)
    exported = export_settings(Animation.model_validate(imported.values)).settings
    assert (exported["cn_1_module"], exported["cn_1_model"]) == ("reference_only", "None")
    assert ("reference_only is used instead" in changing(imported)) == (module != "reference_only")
