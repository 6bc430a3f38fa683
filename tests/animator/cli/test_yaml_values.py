"""Values that YAML reads otherwise than people mean them, through the command line."""

from pathlib import Path

import pytest

from animator import load
from tests.animator.cli.in_process import animator

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A small preset."""
    preset = tmp_path / "film.yaml"
    preset.write_text("size: [64, 64]\nframes: 3\nprompts: a lake\n")
    return preset


@pytest.mark.parametrize(
    ("override", "path", "expected"),
    [
        ("size=512", "size", (512, 512)),
        ("size=512x320", "size", (512, 320)),
        ("size=512 × 320", "size", (512, 320)),
        ("size=512, 320", "size", (512, 320)),
        ("mode=3D", "mode", "3d"),
        ("mode=Interpolation", "mode", "interpolation"),
        ("color.coherence=lab", "color.coherence", "LAB"),
        ("color.coherence=NONE", "color.coherence", "none"),
        ("motion.border=Wrap", "motion.border", "wrap"),
        ("mask.fill=Latent Noise", "mask.fill", "latent noise"),
        ("hybrid.flow_method=dis fine", "hybrid.flow_method", "DIS Fine"),
        ("output.format=MKV", "output.format", "mkv"),
        ("name=2024", "name", "2024"),
        ("sharpen.kernel=0", "sharpen.kernel.source", 0),
        ("prompt_suffix=8", "prompt_suffix", "8"),
        ('prompts="0": "a cat", "12": "b"', "prompts.source", {"0": "a cat", "12": "b"}),
        ("prompts=0: a cat, 12: b", "prompts.source", {0: "a cat", 12: "b"}),
    ],
)
def test_values_are_taken_as_people_write_them(
    film: Path, override: str, path: str, expected: object
) -> None:
    value: object = load(film, [override])
    for name in path.split("."):
        value = getattr(value, name)
    assert value == expected


def test_a_preset_of_an_encoder_may_be_a_number(film: Path, capsys: Printed) -> None:
    film.write_text(film.read_text() + "output: {format: webm, codec: av1, preset: 8}\n")
    code, printed = animator(capsys, "check", film)
    assert code == 0, printed
    assert load(film).output.preset == "8"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("size=wide", "expected width and height, such as [512, 320] or 512x320"),
        ("size=512x320x3", "expected width and height"),
        ("size=true", "size"),
        ("mode=4d", "mode: input should be '2d'"),
        ("prompt_suffix=true", "prompt_suffix"),
    ],
)
def test_values_without_a_meaning_are_refused(
    film: Path, capsys: Printed, override: str, message: str
) -> None:
    code, printed = animator(capsys, "check", film, "--set", override)
    assert code == 2 and message in printed


@pytest.mark.parametrize(
    ("prompt", "remedy"),
    [
        ("a cat: red", "in quotes"),
        ("[masterpiece] cat", "in quotes"),
        ("{red|green} cat", "in quotes"),
        ("# a heading", "in quotes"),
        ("*star", "in quotes"),
        ("%cats", "in quotes"),
        ("`t` cats", "in quotes"),
        ("> a cat", "in quotes"),
        ("\ta cat: red", "in quotes"),
        ('"the film C:\\film"', "single quotes"),
        ('"the drive D:\\d"', "single quotes"),
        ('"a" cat, "b" dog', "in quotes"),
    ],
)
@pytest.mark.parametrize("place", ["file", "key", "option"])
def test_special_characters_in_prompts_are_refused_with_the_remedy(
    film: Path, capsys: Printed, prompt: str, remedy: str, place: str
) -> None:
    options = ["--set", f"prompts={prompt}"] if place == "option" else []
    if place != "option":
        written = {"file": f"prompts: {prompt}\n", "key": f"prompts:\n  0: {prompt}\n"}[place]
        film.write_text(f"size: [64, 64]\nframes: 3\n{written}")
    code, printed = animator(capsys, "check", film, *options)
    assert code == 2 and remedy in printed, printed
