"""Settings without effect: each declares when it acts, and one that does not act changes no frame."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.diffusion.request import GenerationRequest
from animator.runs.output_paths import OutputPaths
from animator.runs.video_specs import sound_of
from animator.settings import Animation
from animator.settings.choices import choices_of
from animator.settings.controlnet import ControlUnit
from animator.settings.effect import Condition
from animator.settings.group import SettingsGroup
from animator.settings.ineffective import (
    conditions_of,
    failing_condition,
    groups_of,
    ineffective_settings,
    settings_without_effect,
)
from animator.settings.needs import Is
from animator.settings.raw import LISTS
from animator.settings.step import StepSettings, names, settings_of
from animator.timeline.timeline import Timeline
from schedules import Schedule, TextSchedule
from schedules.seeds import derive
from tests.clips import save_clip
from tests.fakes import FunctionDiffuser, Make

GROUPS: list[type[SettingsGroup]] = [
    Animation,
    *(
        type(value)
        for field in Animation.model_fields.values()
        if isinstance(value := field.default, SettingsGroup)
    ),
    ControlUnit,
    StepSettings,
]
FILMS: dict[str, dict[str, Any]] = {
    "2d": {"diffusion": {"seed": 7, "cadence": 2}},
    "2d, every frame generated": {"diffusion": {"seed": 7, "sampler": "Euler"}, "noise": {"amount": 0}},
    "2d of Deforum": {"compat": True, "color": {"coherence": "none"}, "noise": {"type": "uniform"}},
    "3d": {"mode": "3d", "depth": {"model": "fake"}, "motion": {"translation_z": 5}},
    "3d without depth": {"mode": "3d", "depth": {"use_depth_warping": False}},
    "3d with a pinhole camera": {
        "mode": "3d",
        "depth": {"model": "fake"},
        "camera": {"projection": "pinhole"},
    },
    "video": {"mode": "video", "video": {"path": "CLIP"}},
    "interpolation": {"mode": "interpolation", "diffusion": {"seed": 7, "cadence": 2}},
    "hybrid": {"hybrid": {"motion": "Affine"}, "video": {"path": "CLIP"}},
    "composite": {
        "hybrid": {"composite": "Normal", "comp_mask_type": "Depth"},
        "video": {"path": "CLIP"},
        "depth": {"model": "fake"},
    },
    "masked": {"mask": {"use_mask": True, "mask_file": "IMAGE"}, "init": {"image": "IMAGE"}},
    "masked noise": {"mask": {"use_noise_mask": True, "mask_file": "IMAGE"}},
}
"""Films that each switch something else off. CLIP and IMAGE are files."""


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_every_group_of_settings_declares_when_it_acts(group: type[SettingsGroup]) -> None:
    assert isinstance(vars(group).get("effective_when"), Condition)


def test_every_setting_has_a_condition_or_is_always_effective() -> None:
    for group in (*GROUPS, *map(settings_of, names())):
        for name in group.model_fields:
            assert all(isinstance(need, Condition) for need in conditions_of(group, name))
            assert conditions_of(group, name), f"{group.__name__}.{name}"


def test_a_new_setting_takes_the_condition_of_its_group() -> None:
    class Fog(SettingsGroup):
        effective_when = Is("density", (1,))
        density: int = 0
        color: str = "gray"

    assert conditions_of(Fog, "color") == (Is("density", (1,)),)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    images = [np.full((64, 64, 3), 40 * index, np.uint8) for index in range(1, 5)]
    for image in images:
        image[16:48, 8:40, 0] += 20
    clip = save_clip(tmp_path, images)
    return {"CLIP": str(tmp_path), "IMAGE": clip % 0}


def fill(value: Any, files: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: fill(item, files) for key, item in value.items()}
    return files.get(value, value) if isinstance(value, str) else value


def generate(request: GenerationRequest) -> Tensor:
    """Generates an image that depends on all of a request that its settings do not switch off."""
    eta = {"DDIM": request.ddim_eta, "Euler a": request.ancestral_eta}.get(request.sampler)
    subseed = (request.subseed, request.subseed_strength) if request.subseed_strength else None
    over = None if request.image is None else (request.strength, request.noise_multiplier)
    masked = None if request.mask is None else (request.fill, request.mask_padding)
    values = (request.prompt, request.steps, request.cfg_scale, request.sampler, request.clip_skip, eta)
    key = derive(request.seed, request.frame, repr((*values, subseed, over, masked, request.checkpoint)))
    width, height = request.size
    noise = torch.rand((3, height, width), generator=torch.Generator().manual_seed(key))
    inputs = [part for part in (request.image, request.colors) if part is not None]
    mixed = sum(inputs, noise * 0.2) / (len(inputs) + 0.2)
    return mixed if request.mask is None or request.image is None else request.image.lerp(mixed, request.mask)


def result_of(film: Animation) -> tuple[bytes, object, object]:
    """Returns all that a film's settings give: its frames, its sound and its files."""
    frames = render(Timeline(film), build_pipeline(film, FunctionDiffuser(generate)))
    files = OutputPaths(Path(), film)
    return (
        b"".join(frame.pixels.tobytes() for frame in frames),
        sound_of(film),
        (*files.videos(), files.subtitles),
    )


def other_values(field: FieldInfo, value: object) -> Iterator[Any]:
    """Yields values unlike a setting's own, the likely ones first; some may be refused."""
    if isinstance(value, bool):
        yield not value
    elif choices := choices_of(field.annotation):
        yield from (choice for choice in choices if choice != value)
    elif isinstance(value, Schedule):
        yield from ("0:(0.37)", "0:(3)", "0:(80)", "0:(0)")
    elif isinstance(value, TextSchedule):
        yield from ("Euler", "{everywhere}")
    elif isinstance(value, int | float) or value is None:
        yield from (0.31, 3, 2, 0)
    elif isinstance(value, str):
        yield "there is no such file.png"


def changed(film: Animation, path: str, name: str, field: FieldInfo, value: object) -> Animation | None:
    """Returns the film with another value of a setting; None where no value fits."""
    for other in other_values(field, value):
        plain = film.plain()
        del plain["schema"]
        group = plain[path] if path else plain
        group[name] = other
        try:
            return Animation.model_validate(plain)
        except ValidationError:
            continue
    return None


@pytest.mark.parametrize("kind", FILMS)
def test_a_setting_without_effect_changes_no_frame_no_sound_and_no_file(
    kind: str, make_animation: Make, files: dict[str, str]
) -> None:
    film = make_animation(frames=3, motion={"angle": 2}).with_(**fill(FILMS[kind], files))
    expected, tried = result_of(film), 0
    for path, group in groups_of(film):
        for name, field in type(group).model_fields.items():
            value = getattr(group, name)
            if (
                name in LISTS
                or isinstance(value, SettingsGroup)
                or failing_condition(film, group, name) is None
            ):
                continue
            other = changed(film, path, name, field, value)
            if other is not None and failing_condition(other, dict(groups_of(other))[path], name) is not None:
                tried += 1
                assert result_of(other) == expected, f"{path}.{name}"
    assert tried > 20


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"diffusion": {"seed_schedule": "0:(5)"}}, "diffusion.seed_behavior: schedule"),
        ({"motion": {"rotation_3d_x": 1}}, "mode: 3d"),
        ({"diffusion": {"cadence_keys": True}}, "diffusion.cadence above 1"),
        ({"hybrid": {"comp_alpha": 0.3}}, "hybrid.composite or hybrid.motion"),
        ({"noise": {"type": "uniform", "perlin_w": 4}}, "noise.type: perlin"),
        ({"color": {"coherence_video_every_n_frames": 3}}, "color.reference: video"),
        ({"mask": {"fill": "fill"}}, "use_noise_mask, use_alpha_as_mask or the mask of a unit"),
        ({"camera": {"fov": 40}}, "mode: 3d"),
        ({"mode": "video", "video": {"path": "a"}, "hybrid": {"motion": "Affine"}}, "mode: 2d or 3d"),
        ({"diffusion": {"ddim_eta": 0.5}}, "the sampler DDIM"),
        ({"depth": {"every": 3}}, "a mask or ControlNet unit by depth"),
        ({"controlnet": [{"enabled": False, "module": "canny"}]}, "controlnet.0.enabled: true"),
        (
            {"mode": "interpolation", "steps": [{"use": "vignette"}]},
            "steps.0.at: after or output or mode: 2d, 3d or video",
        ),
        ({"upscaling": {"factor": 3}}, "upscaling.enabled: true"),
    ],
)
def test_a_setting_without_effect_is_named_with_what_it_needs(
    settings: dict[str, Any], said: str, make_animation: Make
) -> None:
    (found,) = ineffective_settings(make_animation(**settings))
    assert "has no effect; it needs " in str(found) and str(found).endswith(said)


def test_settings_at_their_defaults_or_off_are_not_named(make_animation: Make) -> None:
    off = {"color": {"coherence": "none"}, "depth": {"use_depth_warping": False}, "camera": {"fov": "0:(70)"}}
    assert not ineffective_settings(make_animation(**off, motion={"translation_z": "0:(0)"}))


def test_settings_without_effect_are_named_also_at_their_defaults(make_animation: Make) -> None:
    needs = settings_without_effect(make_animation(controlnet=[{"enabled": False}]))
    assert needs["camera.fov"] == "mode: 3d"
    assert needs["color.image"] == "color.reference: image"
    assert needs["controlnet.0.weight"] == "controlnet.0.enabled: true"
    assert not needs.keys() & {"name", "prompts", "diffusion.strength", "motion.zoom", "camera", "controlnet"}


def test_what_switches_a_group_on_stays_in_reach(make_animation: Make) -> None:
    film = make_animation(controlnet=[{"enabled": False}], diffusion={"seed_resize_from": [64, 64]})
    switches = {
        *(f"{name}.enabled" for name in ("freeu", "deep_shrink", "face_restoration", "upscaling")),
        *(f"mask.{name}" for name in ("use_mask", "use_alpha_as_mask", "use_mask_video", "use_noise_mask")),
        *("hybrid.composite", "hybrid.motion", "guided.use_looper", "frame_interpolation.engine"),
        *("sound.add_soundtrack", "sound.soundtrack_path", "color.coherence", "controlnet.0.enabled"),
        "diffusion.seed_resize_from",  # the film's own size has no effect, another one has
    }
    assert film.size == (64, 64)
    assert not settings_without_effect(film).keys() & switches


def test_a_step_without_effect_can_move_to_where_it_has_one(make_animation: Make) -> None:
    film = make_animation(mode="interpolation", steps=[{"use": "vignette"}])
    found = {path for path in settings_without_effect(film) if path.startswith("steps")}
    assert found == {"steps.0.use", "steps.0.amount", "steps.0.start"}


@pytest.mark.parametrize("kind", FILMS)
def test_a_setting_without_effect_has_none_with_any_value(
    kind: str, make_animation: Make, files: dict[str, str]
) -> None:
    film = make_animation(frames=3).with_(**fill(FILMS[kind], files))
    groups = dict(groups_of(film))
    for full in settings_without_effect(film):
        path, _, name = full.rpartition(".")
        field = type(groups[path]).model_fields[name]
        other = changed(film, path, name, field, getattr(groups[path], name))
        assert other is None or full in settings_without_effect(other), full
