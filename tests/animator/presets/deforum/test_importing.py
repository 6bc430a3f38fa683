"""Settings -> presets: the numbers, the notes, the refusals."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum import Effect, Imported, import_settings, import_text
from animator.presets.deforum.batch_name import film_name
from animator.presets.deforum.rows import Row
from animator.presets.deforum.table import MAPPED, ROWS, SWITCHES
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.settings.validate import validate
from animator.timeline.timeline import Timeline

DEFAULTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "reference" / "data" / "deforum_defaults.json").read_text()
)


def film_of(imported: Imported) -> Animation:
    return validate(RawPreset("film.txt", imported.values, imported.places))


def notes(settings: dict[str, Any], effect: Effect) -> list[str]:
    return [str(note) for note in import_settings(settings, "film.txt").notes if note.effect is effect]


def refusal(settings: dict[str, Any]) -> str:
    with pytest.raises(PresetError) as caught:
        film_of(import_text(json.dumps(settings, indent=1), "film.txt"))
    return str(caught.value)


def test_a_file_of_the_extension(extension: dict[str, Any]) -> None:
    film = film_of(import_settings(extension, "film.txt"))
    assert (film.name, film.mode, film.size, film.frames, film.fps) == ("lake", "3d", (512, 320), 40, 24)
    assert (film.prompt_prefix, film.negative_prompt, film.compat) == ("painting of", "blurry", True)
    assert (film.color.coherence, film.color.reference, film.color.image) == ("LAB", "image", "warm.png")
    assert (film.motion.border, film.motion.sampling, film.camera.padding) == (
        "wrap",
        "bilinear",
        "reflection",
    )
    assert (film.init.image, film.depth.model, film.noise.type) == ("", "Zoe", "uniform")
    assert film.diffusion.cadence_warp == "chained" and film.diffusion.diffusion_redo == 1
    plan = Timeline(film)[30]
    assert (plan.diffusion.steps, plan.diffusion.sampler) == (15, "DPM++ 2M Karras")
    assert (plan.diffusion.subseed, plan.diffusion.subseed_strength) == (3, 0.2)
    assert (plan.diffusion.noise_multiplier, plan.diffusion.clip_skip) == (1, 2)
    assert plan.prompt.positive == "painting of a lake at night" and plan.prompt.negative == "fog  blurry"


def test_image_guidance_is_imported(extension: dict[str, Any]) -> None:
    settings = extension | {"pix2pix_img_cfg_scale_schedule": "0: (1.5), 20: (3)"}
    film = film_of(import_settings(settings, "film.txt"))
    assert [Timeline(film)[frame].diffusion.image_cfg_scale for frame in (0, 10, 20)] == [1.5, 2.25, 3.0]


def test_what_is_left_out_is_reported_by_feature(extension: dict[str, Any]) -> None:
    changing = notes(extension, Effect.CHANGES)
    assert changing == [
        "sd_model_name: checkpoint (left out): the file names the checkpoint it was made with; "
        "set `model` to yours",
        "brand_new_key: is unknown and left out; its effect is missing",
    ]
    rest = notes(extension, Effect.NONE)
    assert "cn_1_enabled, cn_1_weight: ControlNet: not in use" in rest


def test_no_key_of_a_file_is_dropped_in_silence(extension: dict[str, Any]) -> None:
    noted = {key for note in import_settings(extension, "film.txt").notes for key in note.keys}
    assert set(extension) - noted <= {*ROWS, *SWITCHES}


def test_noise_settings_count_as_deforum_takes_them() -> None:
    imported = import_settings({"noise_type": "gaussian", "perlin_octaves": 0}, "film.txt")
    film = film_of(imported)
    assert (film.noise.type, film.noise.perlin_octaves) == ("uniform", 0)
    assert "'gaussian' is unknown and is read as 'uniform'" in {note.message for note in imported.notes}


def test_a_notebooks_file(notebook: dict[str, Any]) -> None:
    film = film_of(import_settings(notebook, "film.txt"))
    assert (film.size, film.color.coherence) == ((704, 448), "HSV")
    assert film.diffusion.schedule("cadence").source == 3
    assert film.motion.border == "replicate" and Timeline(film)[0].camera.fov == 40
    lines = notes(notebook, Effect.NONE)
    assert "H: 450 became 448 pixels" in lines
    assert "border: 'warp' is unknown and is read as 'replicate'" in lines


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"animation_mode": "None"}, "film.txt:2:2: animation_mode: is 'None'; it makes single images"),
        ({"animation_mode": "Dance"}, "animation_mode: is 'Dance'; expected one of 2D, 3D,"),
        ({"max_frames": "many"}, "film.txt:2:2: max_frames: is 'many'; expected a whole number"),
        ({"zoom": True}, "zoom: is True; expected a schedule such as"),
        ({"zoom": ""}, "zoom: is ''; is empty; expected a schedule"),
        ({"zoom": "0:(sinn(t))"}, "film.txt:2:2 zoom: motion.zoom:"),
        ({"sampler": "No Such"}, "film.txt:2:2 sampler: diffusion.sampler: sampler 'No Such' is unknown"),
        ({"prompts": {"0": 3}}, "film.txt:2:2: prompts: a prompt is text, not 3"),
        ({"use_depth_warping": "maybe"}, "use_depth_warping: is 'maybe'; expected true or false"),
        ({"parseq_manifest": "https://x.org/m.json"}, "'https://x.org/m.json'; expected the manifest"),
        ({"parseq_manifest": "{}"}, "parseq_manifest: the Parseq manifest has no rendered_frames"),
    ],
)
def test_a_mistake_is_reported_with_its_place(settings: dict[str, Any], message: str) -> None:
    assert message in refusal(settings)


def test_all_mistakes_are_reported_together() -> None:
    assert "3 problems" in refusal(
        {"max_frames": "many", "fps": [], "border": "wrap", "seed_behavior": "odd"}
    )


def test_schedules_that_only_deforum_understands_are_rendered() -> None:
    film = film_of(import_settings({"zoom": "0: ((1.02)", "strength_schedule": "0:(0.2*sin(t))"}, "film.txt"))
    strengths = [plan.diffusion.strength for plan in Timeline(film)]
    assert Timeline(film)[0].motion.zoom == 1.02
    assert min(strengths) == 0.0 and max(strengths) > 0.19  # held within 0 to 1, as the reference does


def test_a_parseq_manifest_replaces_schedules_prompts_and_length() -> None:
    frames = [
        {"frame": i, "zoom": 1 + i, "zoom_delta": 1.5, "seed": 10 + i, "deforum_prompt": f"p{i} --neg n"}
        for i in range(4)
    ]
    manifest = {"options": {"output_fps": 30, "cadence": 1}, "rendered_frames": frames}
    settings = {"max_frames": 99, "animation_prompts_positive": "x", "parseq_manifest": json.dumps(manifest)}
    film = film_of(import_settings(settings, "film.txt"))
    plans = Timeline(film)
    assert (len(plans), film.fps) == (4, 30)
    assert [plan.motion.zoom for plan in plans] == [1.5] * 4
    assert [plan.seed for plan in plans] == [10, 11, 12, 13]
    assert (plans[2].prompt.positive, plans[2].prompt.negative) == ("p2", "n")
    absolute = {**settings, "parseq_use_deltas": False, "parseq_non_schedule_overrides": False}
    other = Timeline(film_of(import_settings(absolute, "film.txt")))
    assert len(other) == 99 and other[2].motion.zoom == 3


def test_s_is_minus_one_in_schedules_that_parseq_leaves_alone() -> None:
    manifest = {"options": {}, "rendered_frames": [{"frame": i, "zoom_delta": 1 + i} for i in range(4)]}
    settings = {"seed": 7, "angle": "0:(s+sin(s)), 3:(2*s)", "zoom": "0:(s)"}
    film = film_of(import_settings({**settings, "parseq_manifest": json.dumps(manifest)}, "film.txt"))
    assert film.motion.schedule("angle").source == "0:((-1)+sin((-1))), 3:(2*(-1))"
    assert film.diffusion.schedule("seed_schedule").source.startswith("0:((-1))")
    assert [plan.motion.zoom for plan in Timeline(film)] == [1, 2, 3, 4]
    assert film_of(import_settings(settings, "film.txt")).motion.schedule("angle").source == settings["angle"]


@pytest.mark.parametrize("row", MAPPED, ids=lambda row: row.name)
def test_a_missing_setting_has_deforums_default(row: Row) -> None:
    values = import_settings({}, "film.txt").values
    if row.name == "prompts" or row.ours.startswith("size.") or row.name == "batch_name":
        assert (values["prompts"], values["size"], values["name"]) == ({"0": ""}, [512, 512], "Deforum")
        return
    if row.name.startswith("seed_resize_from"):
        assert values["diffusion"]["seed_resize_from"] is None
        return
    counts = row.gate is None or row.gate.is_on({**DEFAULTS, **SWITCHES})
    source = row.gate.plain if row.gate and row.gate.plain and not counts else row.name
    default = {"legacy_colormatch": True}.get(source, DEFAULTS.get(source, ""))  # as Deforum reads files
    wanted = row.conversion.read(default) if counts or source != row.name else row.gate and row.gate.value
    replaced = any(
        other.gate and other.gate.plain == row.name and other.gate.is_on(DEFAULTS) for other in MAPPED
    )
    group, _, name = row.ours.rpartition(".")
    assert replaced or (values[group] if group else values)[name] == wanted


def test_whole_files_of_older_programs_do_what_these_did() -> None:
    whole = {name: ROWS[name].default for name in ("max_frames", "zoom", "translation_z", "noise_schedule")}
    whole |= {name: ROWS[name].default for name in ("strength_schedule", "contrast_schedule")}
    film = film_of(import_settings(whole, "film.txt"))
    assert (film.noise.type, film.sharpen.schedule("amount").source) == ("uniform", "0: (0)")
    assert film.diffusion.schedule("noise_multiplier").source == "0: (1)"
    assert film.depth.model == "Midas+AdaBins (old)"
    assert any("the file is older than these settings" in note for note in notes(whole, Effect.NONE))
    later = film_of(import_settings({**whole, "amount_schedule": "0: (0.2)"}, "film.txt"))
    assert (later.noise.type, later.sharpen.schedule("amount").source) == ("perlin", "0: (0.2)")
    assert later.diffusion.schedule("noise_multiplier").source == "0: (1)"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("Deforum_{timestring}", "Deforum"),
        ("{timestring}", "untitled"),
        ("lake {seed} {W}x{H}", "lake 5 64x32"),
        ("../../etc/x", "x"),
        ("C:\\films\\a|b", "a_b"),
        ("{unknown}", "{unknown}"),
    ],
)
def test_a_batch_name_becomes_a_safe_name(template: str, name: str) -> None:
    assert film_name(template, {"seed": 5, "W": 64, "H": 32}) == name
