"""Subtitles of films with Deforum's settings, as Deforum writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets import load
from animator.presets.deforum import import_settings
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import dump, dump_differences
from animator.presets.subtitles import to_srt
from animator.settings import Animation
from animator.timeline.timeline import Timeline

BASE: dict[str, Any] = {
    "W": 512, "H": 512, "seed": 1, "sampler": "Euler a", "steps": 1, "max_frames": 5, "fps": 20,
    "animation_mode": "2D", "seed_behavior": "iter", "diffusion_cadence": 1, "zoom": "0:(1)",
    "prompts": {"0": "a bunny --neg fog"}, "legacy_colormatch": False,
}  # fmt: skip
MANIFEST = {
    "options": {"output_fps": 60, "cadence": 2},
    "rendered_frames": [
        {"frame": frame, "seed": 55 + frame / 10, "deforum_prompt": "a lake --neg mist"}
        for frame in range(11)
    ],
}
PARSEQ = {**BASE, "parseq_manifest": json.dumps(MANIFEST), "parseq_non_schedule_overrides": False}
WITH_OVERRIDES = {**PARSEQ, "parseq_non_schedule_overrides": True}
FILM = {"frame_interpolation_engine": "FILM", "frame_interpolation_x_amount": 3}
LARGER = {"r_upscale_video": True, "r_upscale_factor": "x4", "r_upscale_model": "realesr-animevideov3"}
PLAIN = {
    "simple": BASE,
    "3D with Zoe": {**BASE, "animation_mode": "3D", "depth_algorithm": "Zoe"},
    "FILM": BASE | FILM,
    "RIFE": BASE | FILM | {"frame_interpolation_engine": "RIFE v4.6"},
    "upscaled": BASE | LARGER,
    "upscaled and FILM": BASE | LARGER | FILM,
    "hybrid": {**BASE, "hybrid_motion": "Optical Flow", "hybrid_composite": "None", "video_init_path": ""},
}
VALUES = (
    "Angle: 0; Tr.C.X: 0.500; Tr.C.Y: 0.500; Zoom: 1; TrX: 0; TrY: 0; TrZ: 1.750; RotX: 0; RotY: 0; RotZ: 0; "
    "PerFlT: 0; PerFlP: 0; PerFlG: 0; PerFlFV: 53; Noise: 0.065; StrSch: 0.650; CtrstSch: 1; CFGSch: 7; "
    "P2PCfgSch: 1.500; SubSSch: 1; SubSStrSch: 0; CkptSch: model1.ckpt; StepsSch: 25; SeedSch: {scheduled}; "
    "SamplerSchedule: Euler a; ClipskipSchedule: 2; NoiseMultiplierSchedule: 1.050; "
    "MaskSchedule: {{video_mask}}; NoiseMaskSchedule: {{video_mask}}; AmountSchedule: 0.100; "
    "KernelSchedule: 5; SigmaSchedule: 1; ThresholdSchedule: 0; AspectRatioSchedule: 1; "
    "FieldOfViewSchedule: 70; NearSchedule: 200; CadenceFlowFactorSchedule: 1; RedoFlowFactorSchedule: 1; "
    "FarSchedule: 10000; HybridCompAlphaSchedule: 0.500; HybridCompMaskBlendAlphaSchedule: 0.500; "
    "HybridCompMaskContrastSchedule: 1; HybridCompMaskAutoContrastCutoffHighSchedule: 100; "
    "HybridCompMaskAutoContrastCutoffLowSchedule: 0; HybridFlowFactorSchedule: 1; "
)


def film_of(settings: dict[str, Any]) -> Animation:
    return Animation.model_validate(import_settings(settings, "film_settings.txt").values)


def lines_of(film: Animation, *names: str) -> list[str]:
    """Returns the texts of a film's subtitles, without their numbers and times."""
    return [block.split("\n", 2)[2] for block in to_srt(Timeline(film), names).split("\n\n")[:-1]]


@pytest.mark.parametrize("kind", PLAIN)
def test_a_film_of_every_kind_has_deforums_subtitles_to_the_letter(kind: str) -> None:
    expected = ""
    for frame, scheduled in enumerate((1, -1, -1, 1, 1)):
        start, end = 50 * frame, 50 * (frame + 1)
        values = VALUES.format(scheduled=scheduled)
        expected += f"{frame + 1}\n00:00:00,{start:03d} --> 00:00:00,{end:03d}\n"
        expected += f"F#: {frame}; Cadence: false; Seed: {frame + 1}; {values}Prompt:  a bunny --neg fog\n\n"
    assert to_srt(Timeline(film_of(PLAIN[kind]))) == expected


def test_schedules_that_are_switched_off_are_shown_as_written() -> None:
    off = {
        "enable_subseed_scheduling": False, "subseed_schedule": "0: (7)",
        "enable_checkpoint_scheduling": False, "checkpoint_schedule": '0: ("mine.ckpt"), 1: ("other.ckpt")',
        "enable_steps_scheduling": False, "steps_schedule": "0: (30), 4: (10)",
        "enable_sampler_scheduling": False, "sampler_schedule": '0: ("DDIM")',
        "enable_clipskip_scheduling": False, "clipskip_schedule": "0: (3)",
        "enable_noise_multiplier_scheduling": False, "noise_multiplier_schedule": "0: (1.1)",
        "pix2pix_img_cfg_scale_schedule": "0:(2)",
    }  # fmt: skip
    names = ("Subseed Sch", "Ckpt Sch", "Steps Sch", "Sampler Sch", "Clipskip Sch", "Noise Multp Sch")
    film = film_of(BASE | off)
    first, second, *_ = lines_of(film, *names, "P2P Img CFG Sch")
    assert first.partition("Seed: 1; ")[2] == (
        "P2PCfgSch: 2; SubSSch: 7; CkptSch: mine.ckpt; StepsSch: 30; SamplerSchedule: DDIM; "
        "ClipskipSchedule: 3; NoiseMultiplierSchedule: 1.100"
    )
    assert "CkptSch: other.ckpt; StepsSch: 25;" in second
    plan = Timeline(film)[0].diffusion
    assert (plan.steps, plan.subseed, plan.clip_skip, plan.noise_multiplier) == (1, -1, 1, 1)


def test_what_is_switched_on_or_overridden_is_shown_as_the_film_has_it() -> None:
    on = film_of({**BASE, "enable_steps_scheduling": True, "steps_schedule": "0: (4)"})
    assert lines_of(on, "Steps Sch")[0].endswith("StepsSch: 4")
    values = import_settings({**BASE, "enable_clipskip_scheduling": False}, "film_settings.txt").values
    changed = load.load(values, {"diffusion.clip_skip": 4})
    assert lines_of(changed, "Clipskip Sch")[0].endswith("ClipskipSchedule: 4")


def test_a_schedule_that_is_off_and_broken_does_not_stop_the_import() -> None:
    broken = {"enable_clipskip_scheduling": False, "clipskip_schedule": "0: (2), many: (4)"}
    imported = import_settings(BASE | broken, "film_settings.txt")
    (note,) = (note for note in imported.notes if "cannot be read" in str(note))
    assert "clipskip_schedule" in str(note) and "many" in str(note)
    film = Animation.model_validate(imported.values)
    assert lines_of(film, "Clipskip Sch")[0].endswith("ClipskipSchedule: 2")


def test_with_cadence_the_last_frames_have_no_subtitle() -> None:
    film = film_of({**BASE, "max_frames": 11, "diffusion_cadence": 2})
    assert [line.split("; Seed")[0] for line in lines_of(film)] == [
        f"F#: {frame}; Cadence: {'False' if frame % 2 else 'True'}" for frame in range(10)
    ]
    assert to_srt(Timeline(film_of({**BASE, "max_frames": 8, "diffusion_cadence": 10}))) == ""


def test_a_seed_of_parseq_is_shown_once_it_has_been_used_and_counted_on() -> None:
    lines = lines_of(film_of(PARSEQ), "Seed Sch", "Prompt")
    prompt = "Prompt: a lake --neg mist"
    assert lines == [
        f"F#: 0; Cadence: false; Seed: 1; SeedSch: 55; {prompt}",
        *(f"F#: {n}; Cadence: false; Seed: 56; SeedSch: 55.{n}00; {prompt}" for n in range(1, 5)),
    ]


def test_parseqs_frames_and_cadence_count_in_subtitles() -> None:
    film = film_of(WITH_OVERRIDES)
    lines = lines_of(film)
    assert (film.fps, film.frames, len(lines)) == (60, 11, 10)
    assert {line.split("Seed: ")[1] for line in lines} == {"56"}
    fixed = film_of({**WITH_OVERRIDES, "seed_behavior": "fixed"})
    assert {line.split("Seed: ")[1] for line in lines_of(fixed)} == {"55"}


@pytest.mark.parametrize("settings", [PARSEQ, BASE | {"steps_schedule": "0: (30)"}], ids=["Parseq", "steps"])
def test_what_subtitles_show_survives_presets_and_records(settings: dict[str, Any], tmp_path: Path) -> None:
    film = film_of(settings)
    assert film.output.subtitle_values.source
    for text in (dump(film), dump_differences(film)):
        again = load.load(text)
        assert again == film
        assert to_srt(Timeline(again)) == to_srt(Timeline(film))


def test_an_exported_film_keeps_the_schedules_that_are_off() -> None:
    film = film_of({**BASE, "steps_schedule": "0: (30)", "checkpoint_schedule": '0: ("mine.ckpt")'})
    exported = export_settings(film)
    assert exported.settings["steps_schedule"] == "0: (30)"
    assert exported.settings["checkpoint_schedule"] == '0: ("mine.ckpt")'
    assert exported.settings["enable_checkpoint_scheduling"] is False
    assert to_srt(Timeline(film_of(dict(exported.settings)))) == to_srt(Timeline(film))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ("x", "expected schedules by Deforum's names"),
        ({"zoomy": "0: (1)"}, "'zoomy' is not a schedule that subtitles show"),
        ({"steps_schedule": "0: (1+"}, "steps_schedule: "),
        ({"seed_behavior": "up"}, "expected one of iter, fixed"),
        ({"prompts": "mine"}, "expected parseq"),
    ],
)
def test_a_broken_record_names_what_is_expected(values: Any, problem: str) -> None:
    with pytest.raises(PresetError) as caught:
        load.load({"compat": True, "output": {"subtitle_values": values}})
    (found,) = caught.value.problems
    assert found.path == "output.subtitle_values" and problem in found.message
