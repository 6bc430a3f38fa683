"""A1111's infotext: written so that that UI reads it, and read in all its forms."""

import pytest

from animator import __version__
from animator.models.diffusion.samplers.registry import split_sampler
from animator.presets.deforum.importing import nested
from animator.presets.infotext import Infotext
from animator.settings.raw import RawPreset
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


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_text_is_written_as_it_was_read(text: str) -> None:
    assert Infotext.parse(text).text == text


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_preset_can_start_from_it(text: str) -> None:
    film = validate(RawPreset("image.png", nested(Infotext.parse(text).settings()), {}))
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
