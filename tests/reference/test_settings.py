"""The reference's subtitles, deprecated settings and Parseq settings, through the import."""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from animator.presets.deforum import import_settings
from animator.presets.deforum.table import MAPPED, SWITCHES
from animator.presets.subtitles import clock
from animator.settings.raw import RawPreset
from animator.settings.subtitle_names import NAMES
from animator.settings.validate import validate
from animator.timeline.columns import schedule_fields
from animator.timeline.timeline import Timeline

from . import adapter

HERE = Path(__file__).parent


def load(name: str) -> Any:
    return json.loads((HERE / "data" / name).read_text(encoding="utf-8"))


SUBTITLES = load("l_srt.json")
MANIFESTS = [case for case in load("m_parseq.json") if "raises" not in case and case["manifest"]]
RENAMED = {name: f"{name}_schedule" for name in ("fov", "near", "far", "aspect_ratio")}
MENDED = {"parseq_10": "frames that are not listed are interpolated; there they stay NaN"}


@pytest.mark.parametrize("case", SUBTITLES["files"], ids=lambda case: case["id"])
def test_subtitles(case: dict[str, Any]) -> None:
    assert adapter.srt(case) == case["srt"]


@pytest.mark.parametrize("case", SUBTITLES["times"], ids=lambda case: case["text"])
def test_times(case: dict[str, str]) -> None:
    assert clock(Decimal(case["seconds"])) == case["text"]


def test_every_value_can_be_chosen() -> None:
    assert list(NAMES[1:-1]) == SUBTITLES["names"]


@pytest.mark.parametrize("case", load("p_deprecated.json"), ids=lambda case: case["id"])
def test_deprecated_settings(case: dict[str, Any]) -> None:
    assert adapter.deprecated_settings(case["settings"]) == case["result"]


@pytest.mark.parametrize("case", MANIFESTS, ids=lambda case: case["id"])
def test_parseq_in_settings(case: dict[str, Any]) -> None:
    own = ("parseq_use_deltas", "parseq_non_schedule_overrides")
    settings = {**dict.fromkeys(SWITCHES, True), **case["ui"], **{name: case[name] for name in own}}
    imported = import_settings({**settings, "parseq_manifest": case["manifest"]}, case["id"])
    film = validate(RawPreset(case["id"], imported.values, {}))
    after = case["after"]
    assert (film.frames, film.fps) == (after["max_frames"], after["fps"])
    assert film.diffusion.schedule("cadence").source == after["diffusion_cadence"]
    if case["id"] in MENDED:
        return
    ours, fields = {row.name: row.ours for row in MAPPED}, schedule_fields(film)
    given = {name.removesuffix("_series"): values for name, values in case["anim"].items()}
    for name, values in given.items():
        path = ours.get(RENAMED.get(name, name), "")
        if path in fields:
            wanted = values if isinstance(values[0], str) else pytest.approx(values, rel=1e-9)  # libm
            assert list(fields[path].values(film.scope)) == wanted, name


def test_a_film_of_deforums_defaults_has_its_values() -> None:
    film = validate(RawPreset("defaults", import_settings({}, "defaults").values, {}))
    plan = Timeline(film)[3]
    assert plan.motion.zoom == pytest.approx(1.0025 + 0.002 * math.sin(1.25 * 3.14 * 3 / 30))
    assert (plan.noise.amount, plan.motion.translation_z, plan.diffusion.steps) == (0.065, 1.75, 25)
    assert (plan.diffusion.noise_multiplier, plan.diffusion.subseed, plan.diffusion.clip_skip) == (
        1.05,
        -1,
        1,
    )
    assert film.diffusion.schedule("cadence").source == 2 and film.compat
