"""Settings that the model decides where a preset leaves them open."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator import load
from animator.models.diffusion.checkpoints.defaults import defaults_of
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.presets.load import dump_differences
from animator.settings import Animation
from tests.animator.cli.in_process import animator


def decided(film: Animation) -> tuple[Any, ...]:
    """Size, steps, guidance scale and cadence at the first frame."""
    numbers = (
        film.diffusion.schedule(name).values(film.scope)[0] for name in ("steps", "cfg_scale", "cadence")
    )
    return (film.size, *map(float, numbers))


def diffusers_folder(folder: Path, pipeline: str, width: int, sample_size: int) -> str:
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": pipeline}))
    config = {"cross_attention_dim": width, "sample_size": sample_size}
    (folder / "unet" / "config.json").write_text(json.dumps(config))
    return str(folder)


def test_the_built_in_model_decides_what_is_open() -> None:
    assert decided(load({"prompts": "a lake"})) == ((256, 256), 16, 3, 2)


def test_what_a_preset_sets_stays() -> None:
    film = load({"size": [128, 64], "diffusion": {"steps": 5, "cadence": "0:(1), 10:(3)"}})
    assert decided(film) == ((128, 64), 5, 3, 1)


def test_overrides_and_extended_presets_count_as_set(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("schema: 1\nsize: 128\n")
    (tmp_path / "film.yaml").write_text("schema: 1\nextends: base.yaml\n")
    film = load(tmp_path / "film.yaml", ["diffusion.cfg_scale=5"])
    assert decided(film) == ((128, 128), 16, 5, 2)


def test_films_that_carry_no_image_generate_every_frame() -> None:
    assert decided(load({"mode": "interpolation"}))[3] == 1


def test_deforum_settings_keep_deforums_defaults() -> None:
    assert decided(load({"compat": True})) == ((512, 512), 25, 7, 1)


def test_a_saved_preset_has_the_numbers(tmp_path: Path) -> None:
    film = load({"size": [512, 512], "diffusion": {"steps": 25, "cfg_scale": 7, "cadence": 1}})
    saved = tmp_path / "saved.yaml"
    saved.write_text(dump_differences(film))
    assert "steps" in saved.read_text()
    assert decided(load(saved)) == ((512, 512), 25, 7, 1)


@pytest.mark.parametrize(
    ("name", "pipeline", "width", "sample_size", "expected"),
    [
        ("any", "StableDiffusionPipeline", 768, 64, (512, 25, 7, 2)),
        ("any", "StableDiffusionPipeline", 1024, 96, (768, 25, 7, 2)),
        ("any", "StableDiffusionXLPipeline", 2048, 128, (1024, 25, 6, 3)),
        ("my_turbo", "StableDiffusionXLPipeline", 2048, 64, (512, 8, 1, 1)),
    ],
)
def test_a_folder_tells_its_kind(
    tmp_path: Path, name: str, pipeline: str, width: int, sample_size: int, expected: tuple[Any, ...]
) -> None:
    folder = diffusers_folder(tmp_path / name, pipeline, width, sample_size)
    found = defaults_of(Checkpoint(folder, folder, "folder"))
    assert found is not None
    assert (found.side, found.steps, found.cfg_scale, found.cadence) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("stabilityai/sdxl-turbo", "SDXL, few steps"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "SDXL"),
        ("stable-diffusion-v1-5/stable-diffusion-v1-5", "Stable Diffusion 1"),
        ("black-forest-labs/FLUX.1-dev", "Flux"),
        ("black-forest-labs/FLUX.1-schnell", "Flux, few steps"),
        ("somebody/my-model", None),
    ],
)
def test_a_hub_id_may_name_its_kind(name: str, kind: str | None) -> None:
    found = defaults_of(Checkpoint(name, name, "hub"))
    assert (found.kind if found else None) == kind


def test_check_names_what_the_model_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preset = tmp_path / "film.yaml"
    preset.write_text("schema: 1\nprompts: a lake\nsize: 64\n")
    code, printed = animator(capsys, "check", preset)
    assert code == 0
    assert "steps 16, cfg_scale 3, cadence 2: not set, so as suits the built-in model" in printed
    code, printed = animator(capsys, "check", preset, "--set", "diffusion.steps=4")
    assert ": cfg_scale 3, cadence 2: not set" in printed
