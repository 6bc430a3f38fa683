"""Every setting of the diffusion acts on flow-matching models, or a check says that it does not."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from animator.core.log_collector import collecting
from animator.errors import PresetError
from animator.generation.preflight import check_images
from animator.runs.open_model import open_model
from animator.runs.preflight.check_film import check_animation
from animator.runs.render_run import render_run
from animator.runs.run import Run
from animator.settings import Animation
from animator.settings.diffusion import Diffusion, DiffusionPlan, Init
from animator.settings.raw import RawPreset
from animator.timeline.lint import effect_warnings
from tests.animator.models.diffusion.flow_matching.test_images import write_vae
from tests.animator.models.diffusion.network_files import single_files
from tests.animator.models.diffusion.tiny_models import pipeline

Folder = Callable[[str], Path]
CPU = torch.device("cpu")
FRAMES = 4

CADENCE = {"cadence": 2}
FLOW = {"cadence": 2, "optical_flow_cadence": "DIS Medium"}
BY_SEED = {"seed_behavior": "schedule"}
ACTING: dict[str, tuple[dict[str, Any], Any]] = {
    "strength": ({}, 0.8),
    "steps": ({}, 6),
    "cfg_scale": ({}, 6.0),
    "cfg_rescale": ({}, 0.7),
    "sampler": ({}, "Heun"),
    "seed": ({}, 8),
    "seed_behavior": ({}, "fixed"),
    "seed_iter_n": ({}, 2),
    "seed_schedule": (BY_SEED, "100 + t"),
    "seed_resize_from": ({}, [32, 32]),
    "subseed": ({"subseed_strength": 0.5}, 9),
    "subseed_strength": ({"subseed": 9}, 0.5),
    "noise_multiplier": ({}, 1.2),
    "cadence": ({}, 2),
    "cadence_keys": (CADENCE, True),
    "cadence_warp": ({"cadence": 3}, "chained"),
    "cadence_blend": (CADENCE, "lookahead"),
    "optical_flow_cadence": (CADENCE, "DIS Medium"),
    "cadence_flow_factor": (FLOW, 0.2),
    "optical_flow_redo_generation": ({}, "DIS Medium"),
    "redo_flow_factor": ({"optical_flow_redo_generation": "DIS Medium"}, 3.0),
    "diffusion_redo": ({}, 1),
    "memory": ({}, "low"),  # has the VAE decode in tiles
}
"""Settings with what else the film needs, and a value that changes its frames."""
OF_FAMILIES: dict[str, tuple[str, Any]] = {"clip_skip": ("sd3", 2), "distilled_cfg_scale": ("flux", 2.0)}
"""Settings that act on some families only: one of them, and a value."""
BY_NAME = ("checkpoint", "vae", "parts", "text_encoders", "model_folders", "tween_model")
"""Settings that name files; see the tests of their own."""
HOW = {"speed": "eager", "precision": "fp32"}
"""Settings of how is computed, not what: the frames are those of `auto` on this device."""
REFUSED: dict[str, Any] = {"refiner": "starter", "tiling": "x"}
WITHOUT: dict[str, tuple[str, Any]] = {
    "clip_skip": ("z-image", 2),
    "distilled_cfg_scale": ("z-image", 2.0),
    "image_cfg_scale": ("z-image", 2.0),
    "cfg_rescale": ("flux2", 0.5),
    "architecture": ("z-image", None),
    "parts": ("z-image", None),
    "text_encoders": ("z-image", ["any"]),
}
"""Settings without effect on a model: one such, and a value; None for a folder."""
OF_VIDEO = ("tween_steps", "tween_guidance")
"""Settings of the video model that generates in-betweens; see the tests of video models."""
NEEDS_MORE: dict[str, Any] = {"refiner_share": 0.5, "ddim_eta": 0.5, "ancestral_eta": 0.5}
"""Settings of what these models refuse; without it, they have no effect on any model."""


@pytest.fixture(scope="session")
def film_of(folder_of: Folder) -> Callable[..., Animation]:
    """A film of a kind of model, with these settings of the diffusion."""

    def make(kind: str = "z-image", model: str = "", **diffusion: Any) -> Animation:
        base: dict[str, Any] = {"sampler": "Euler", "strength": 0.5, "steps": 4, "cfg_scale": 3, "seed": 7}
        return Animation(
            mode="2d",
            frames=FRAMES,
            size=(64, 64),
            model=model or str(folder_of(kind)),
            prompts={0: "a red lake", 3: "a dark forest"},
            negative_prompt="blurry",
            motion={"zoom": 1.1},
            diffusion={**base, "cadence": 1, **diffusion},
        )

    return make


@pytest.fixture(scope="session")
def frames_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Animation], list[bytes]]:
    """The frames of a film, of the model that its settings load."""

    drawn: dict[str, list[bytes]] = {}

    def draw(film: Animation) -> list[bytes]:
        if repr(film.plain()) in drawn:
            return drawn[repr(film.plain())]
        place = tmp_path_factory.mktemp("film")
        with Run.create(place / "run", film) as run:
            render_run(run, diffuser=open_model(film, CPU), device="cpu")
        paths = sorted((place / "run" / "frames").glob("*.png"))
        images = [np.asarray(Image.open(path)).tobytes() for path in paths]  # without texts on settings
        return drawn.setdefault(repr(film.plain()), images)

    return draw


def told(film: Animation) -> list[str]:
    """What a check says of a film: its warnings, or its problems."""
    with collecting(joins=False) as collector:
        try:
            check_animation(film)
        except PresetError as error:
            return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return [*collector.warnings, *effect_warnings(film)]


def test_each_setting_is_in_a_table() -> None:
    settings = {field.name for field in fields(DiffusionPlan)} | set(Diffusion.model_fields)
    tables = (ACTING, OF_FAMILIES, BY_NAME, HOW, REFUSED, WITHOUT, NEEDS_MORE, OF_VIDEO)
    assert {name for table in tables for name in table} == settings
    assert set(Init.model_fields) == {"image", "strength"}


@pytest.mark.parametrize("setting", ACTING)
def test_it_changes_the_frames(
    film_of: Callable[..., Animation], frames_of: Callable[[Animation], list[bytes]], setting: str
) -> None:
    needed, value = ACTING[setting]
    film = film_of(**{**needed, setting: value})
    assert told(film) == []
    assert frames_of(film) != frames_of(film_of(**needed))


@pytest.mark.parametrize("setting", OF_FAMILIES)
def test_it_changes_the_frames_of_its_families(
    film_of: Callable[..., Animation], frames_of: Callable[[Animation], list[bytes]], setting: str
) -> None:
    kind, value = OF_FAMILIES[setting]
    film = film_of(kind, **{setting: value})
    assert told(film) == []
    assert frames_of(film) != frames_of(film_of(kind))


@pytest.mark.parametrize("setting", HOW)
def test_how_is_computed_does_not_change_them(
    film_of: Callable[..., Animation], frames_of: Callable[[Animation], list[bytes]], setting: str
) -> None:
    film = film_of(**{setting: HOW[setting]})
    assert told(film) == []
    assert frames_of(film) == frames_of(film_of())


@pytest.mark.parametrize("setting", [*REFUSED, *NEEDS_MORE])
def test_it_is_refused_or_needs_what_is_refused(film_of: Callable[..., Animation], setting: str) -> None:
    (message,) = told(film_of(**{setting: {**REFUSED, **NEEDS_MORE}[setting]}))
    assert f"diffusion.{setting}: " in message
    assert ("is not supported by this model" if setting in REFUSED else "has no effect") in message


@pytest.mark.parametrize("setting", WITHOUT)
def test_it_is_said_to_have_no_effect(
    film_of: Callable[..., Animation], folder_of: Folder, setting: str
) -> None:
    kind, value = WITHOUT[setting]
    film = film_of(kind, **{setting: str(folder_of("sd1")) if value is None else value})
    (message,) = told(film)
    assert message.startswith(f"diffusion.{setting}: has no effect: the model {folder_of(kind)} ")


def test_the_scale_of_a_distilled_model_is_said_to_have_none(
    film_of: Callable[..., Animation], tmp_path: Path
) -> None:
    own = pipeline("flux2-klein")
    own.register_to_config(is_distilled=True)
    own.save_pretrained(tmp_path / "klein")
    messages = told(film_of(model=str(tmp_path / "klein"), cfg_rescale=0.5))
    assert [message.split(": ")[0] for message in messages] == [
        "diffusion.cfg_scale",
        "diffusion.cfg_rescale",
    ]
    assert all("is distilled: it makes no second prediction" in message for message in messages)
    assert told(film_of(model=str(tmp_path / "klein"), cfg_scale=1)) == []


def test_a_setting_that_one_of_the_models_uses_is_not_mentioned(
    film_of: Callable[..., Animation], folder_of: Folder
) -> None:
    assert told(film_of(checkpoint={0: "", 2: str(folder_of("sd3"))}, clip_skip=2)) == []


@pytest.mark.parametrize("setting", ["clip_skip", "distilled_cfg_scale", "image_cfg_scale", "cfg_rescale"])
def test_an_image_is_told_the_same(folder_of: Folder, setting: str) -> None:
    kind, value = WITHOUT[setting]
    given = {"model": str(folder_of(kind)), "sampler": "Euler", setting: value}
    with collecting(joins=False) as collector:
        check_images(RawPreset("image", given, {}))
    (message,) = collector.warnings
    assert message.startswith(f"{setting}: has no effect: the model {folder_of(kind)} ")


def test_files_that_settings_name_are_used(
    film_of: Callable[..., Animation],
    frames_of: Callable[[Animation], list[bytes]],
    folder_of: Folder,
    tmp_path: Path,
) -> None:
    other = film_of(checkpoint={0: "", 2: str(folder_of("flux"))})
    small = film_of(vae=str(write_vae(tmp_path / "small", 4)))
    for film in (other, small):
        assert told(film) == [] and frames_of(film) != frames_of(film_of())


def test_the_rest_of_a_network_is_used(
    film_of: Callable[..., Animation],
    frames_of: Callable[[Animation], list[bytes]],
    folder_of: Folder,
    tmp_path: Path,
) -> None:
    tensors = single_files.original(pipeline("z-image").transformer, "z-image")
    network = single_files.write_plain(tensors, tmp_path / "net.safetensors", prefix="")
    encoder = folder_of("z-image") / "text_encoder" / "model.safetensors"
    rest = {"parts": str(folder_of("z-image")), "text_encoders": [str(encoder)]}
    for settings in ({}, rest, {"parts": "z-image"}):
        folders = [str(folder_of("z-image").parent)] if settings is not rest else []
        film = film_of(model=str(network), model_folders=folders, **settings)
        assert told(film) == [] and frames_of(film) == frames_of(film_of())
    (message,) = told(film_of(model=str(network), model_folders=[]))
    assert "the file holds the network of Z-Image alone" in message
