"""A1111's infotext: written so that that UI reads it, and read in all its forms."""

import hashlib
from pathlib import Path

import pytest

from animator import __version__
from animator.errors import UserError
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.model_info import ModelInfo
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.infotext import Infotext
from animator.presets.records import read_provenance
from animator.presets.sources import PresetSource, load
from animator.runs.render_run import render_run
from animator.settings.raw import RawPreset, grouped
from animator.settings.validate import validate
from animator.timeline.timeline import Timeline
from tests.fakes import Make

OLD = (
    "a lake, (mist:1.2)\nsecond line\nNegative prompt: blurry,\nugly\n"
    "Steps: 30, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 123, Size: 640x384, Model hash: abc, "
    'Model: dream, Clip skip: 2, Lora hashes: "x: 1, y: 2", Version: v1.6.0'
)
NEW = "a lake\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 7, Seed: 5, Size: 512x512"


def test_an_older_text_is_read() -> None:
    text = Infotext.parse(OLD)
    assert text.positive == "a lake, (mist:1.2)\nsecond line" and text.negative == "blurry,\nugly"
    assert text.fields["Sampler"] == "DPM++ 2M Karras" and text.fields["Lora hashes"] == "x: 1, y: 2"
    assert text.settings()["diffusion.clip_skip"] == 2
    assert text.settings()["size"] == [640, 384]


def test_a_newer_text_has_the_schedule_apart() -> None:
    assert Infotext.parse(NEW).settings()["diffusion.sampler"] == "Euler Simple"
    automatic = NEW.replace("Simple", "Automatic")
    assert Infotext.parse(automatic).settings()["diffusion.sampler"] == "Euler"


def test_a_small_number_is_read_as_it_is_written(make_animation: Make) -> None:
    plan = Timeline(make_animation(diffusion={"seed": 7, "subseed_strength": 1e-05}))[0]
    text = Infotext.of(plan, "starter", over_image=False).text
    assert "Variation seed strength: 1e-05" in text
    film = validate(RawPreset("image.png", grouped(Infotext.parse(text).settings()), {}))
    assert Timeline(film)[0].diffusion.subseed_strength == 1e-05


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_text_is_written_as_it_was_read(text: str) -> None:
    assert Infotext.parse(text).text == text


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_preset_can_start_from_it(text: str) -> None:
    film = validate(RawPreset("image.png", grouped(Infotext.parse(text).settings()), {}))
    assert Timeline(film)[0].prompt.positive == Infotext.parse(text).positive


@pytest.mark.parametrize(
    ("text", "positive", "negative"),
    [
        ("just a prompt", "just a prompt", ""),
        ("a\nNegative prompt: b", "a", "b"),
        ("Negative prompt: b\nSteps: 1, Sampler: x, Seed: 2", "", "b"),
        ("a: 1, b: 2", "a: 1, b: 2", ""),
        ("", "", ""),
    ],
)
def test_texts_with_parts_missing(text: str, positive: str, negative: str) -> None:
    read = Infotext.parse(text)
    assert (read.positive, read.negative) == (positive, negative)


def test_a_frame_of_ours_is_written_as_that_ui_writes_it(make_animation: Make) -> None:
    film = make_animation(
        prompts={0: "a lake, mist --neg fog: thick"},
        diffusion={
            "seed": 7,
            "sampler": "DPM++ 2M Karras",
            "strength": 0.65,
            "cfg_scale": 6.5,
            "clip_skip": 2,
        },
    )
    plan = Timeline(film)[1]
    version = f"animator {__version__}"
    text = Infotext.of(plan, "/models/dream, v2.safetensors", over_image=True).text
    assert text == (
        "a lake, mist\nNegative prompt: fog: thick\n"
        "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 8, Size: 64x64, "
        f'Model: "dream, v2", Denoising strength: 0.35, Clip skip: 2, Version: {version}'
    )
    assert "Denoising" not in Infotext.of(plan, "m", over_image=False).text


def test_schedules_are_split_from_samplers() -> None:
    assert split_sampler("DPM++ 2M SDE SGM Uniform") == ("DPM++ 2M SDE", "SGM Uniform")
    assert split_sampler("DPM++ 2M sde karras") == ("DPM++ 2M sde", "Karras")
    assert split_sampler("DDIM") == ("DDIM", "")


def test_sizes_are_cut_to_what_a_film_can_have() -> None:
    assert Infotext.parse(NEW.replace("512x512", "517x519")).settings()["size"] == [512, 512]


MOODS = "a\nmood: dark, light: soft, sky: red, sea: blue"
FULL = """a lake, (mist:1.2)
second line
Negative prompt: blurry,
ugly
Steps: 8, Sampler: Euler a, CFG scale: 6.5, Seed: 123, Size: 512x768, Model hash: 6ce0161689, Model: dream, \
Denoising strength: 0.5, Hires upscale: 2, Lora hashes: "x: 1a, y: 2b", TI hashes: "e: 3", \
Note: "a, \\"b\\": c", Civitai resources: [{"type":"lora","name":"a, b"}], Civitai metadata: {}
Template: a {lake|sea}, mist
Negative Template: blurry
Wildcard prompt: __x__"""


def test_lines_behind_the_parameters_belong_to_neither_prompt() -> None:
    text = Infotext.parse(FULL)
    assert text.positive == "a lake, (mist:1.2)\nsecond line" and text.negative == "blurry,\nugly"
    assert text.trailing.startswith("Template: a {lake|sea}")
    again = Infotext.parse(text.text)
    assert (again.fields, again.trailing) == (text.fields, text.trailing)


def test_quotes_and_json_in_fields_may_hold_commas() -> None:
    fields = Infotext.parse(FULL).fields
    assert fields["Note"] == 'a, "b": c' and fields["Lora hashes"] == "x: 1a, y: 2b"
    assert fields["Civitai resources"] == '[{"type":"lora","name":"a, b"}]'
    assert fields["Civitai metadata"] == "{}" and fields["Size"] == "512x768"


@pytest.mark.parametrize(
    ("text", "positive", "negative", "steps"),
    [
        ("a\r\nNegative prompt: b\r\nSteps: 4, Seed: 1\r\nTemplate: c", "a", "b", "4"),
        ("a\nSteps: 4", "a", "", "4"),
        ("a\nSampler: Euler, Seed: 1, Size: 64x64\nmore", "a", "", None),
        (MOODS, MOODS, "", None),
        ("a\nSteps: 4, Seed: 1\n\nTemplate: Steps of stone", "a", "", "4"),
        ('a\nSteps: 4, X: "open, Seed: 1', "a", "", "4"),
        ("a\nSteps: 4, X: [1, Seed: 1", "a", "", "4"),
    ],
)  # fmt: skip
def test_the_parameter_line_is_the_last_that_has_parameters(
    text: str, positive: str, negative: str, steps: str | None
) -> None:
    read = Infotext.parse(text)
    assert (read.positive, read.negative, read.fields.get("Steps")) == (positive, negative, steps)


def test_what_is_taken_over_is_one_line() -> None:
    summary = Infotext.parse(FULL).summary
    assert summary.startswith(
        "takes over the prompt, the negative prompt, Steps, Sampler, CFG scale, Seed, Size"
    )
    for name in ("Model hash", "Hires upscale", "Lora hashes", "Civitai resources", "Template"):
        assert name in summary.split("; not ")[1]
    assert "\n" not in summary


@pytest.mark.parametrize("suffix", [".txt", ".TXT"])
def test_a_text_file_is_read_as_settings_and_in_place_of_an_image(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"image{suffix}"
    path.write_text(FULL, encoding="utf-8")
    said: list[str] = []
    for source in (PresetSource(path), PresetSource(None, like=path)):
        film = load(source, ["frames=2"], said.append)
        assert (film.size, film.diffusion.seed, film.negative_prompt) == ((512, 768), 123, "blurry,\nugly")
    assert sum("takes over the prompt" in line for line in said) == 2
    assert read_provenance(path).infotext == FULL


def test_a_text_file_without_parameters_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text("a lake\nmood: dark, light: soft, sky: red")
    with pytest.raises(UserError, match="JSON"):
        load(PresetSource(path), [], print)
    with pytest.raises(UserError, match="expected an image or infotext"):
        load(PresetSource(None, like=path), [], print)


def test_frames_name_the_hash_of_their_model(make_animation: Make, tmp_path: Path) -> None:
    film = make_animation(prompts="a lake", frames=1, diffusion={"seed": 1, "steps": 1})
    assert "Model hash" not in Infotext.of(Timeline(film)[0], "m", over_image=False).text
    checkpoint = tmp_path / "dream.safetensors"
    checkpoint.write_bytes(b"weights")
    diffuser = FakeDiffuser()
    records = (ModelInfo(Checkpoint(film.model, str(checkpoint), "file"), "StableDiffusionPipeline"),)
    object.__setattr__(diffuser, "records", records)
    render_run(film, tmp_path / "run", diffuser=diffuser, device="cpu")
    infotext = read_provenance(tmp_path / "run" / "frames" / "000000000.png").infotext
    assert infotext is not None
    assert Infotext.parse(infotext).fields["Model hash"] == hashlib.sha256(b"weights").hexdigest()[:10]
