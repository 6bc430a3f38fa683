"""Settings that only forks of Deforum have: refiner, FreeU, high-resolution fix, distilled guidance."""

from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.deforum.exporting import Exported, export_settings
from animator.presets.deforum.forge_rows import FORGE_ROWS
from animator.presets.deforum.importing import Imported, import_settings
from animator.settings import Animation
from animator.settings.import_notes import Effect
from animator.settings.ineffective import ineffective_settings
from animator.timeline.timeline import Timeline
from tests.fakes import Make

FILM: dict[str, Any] = {"max_frames": 20, "prompts": {"0": "a lake"}, "seed": 3, "sampler": "Euler"}
FREEU = {
    "freeu_b1": "0:(1.1), 10:(1.2)",
    "freeu_b2": "0:(1.05)",
    "freeu_s1": "0:(1.8)",
    "freeu_s2": "0:(0.3)",
}
KOHYA = {
    "kohya_hrfix_block_number": "0:(2)",
    "kohya_hrfix_downscale_factor": "0:(1.5)",
    "kohya_hrfix_start_percent": "0:(0.1)",
    "kohya_hrfix_end_percent": "0:(0.5), 10:(0)",
}
SHRINKING = {
    "kohya_hrfix_downscale_after_skip": False,
    "kohya_hrfix_downscale_method": "bislerp",
    "kohya_hrfix_upscale_method": "bicubic",
}


def imported(**settings: Any) -> Imported:
    return import_settings({**FILM, **settings}, "film.txt")


def film_of(**settings: Any) -> Animation:
    return Animation.model_validate(imported(**settings).values)


def changing(made: Imported | Exported) -> list[str]:
    return [str(note) for note in made.notes if note.effect is Effect.CHANGES]


def test_freeu_is_imported_with_its_switch() -> None:
    film = film_of(freeu_enabled=True, **FREEU)
    plan = Timeline(film)[5].freeu
    assert film.freeu.enabled
    assert (plan.b1, plan.b2, plan.s1, plan.s2) == pytest.approx((1.15, 1.05, 1.8, 0.3))
    assert not changing(imported(freeu_enabled=True, **FREEU))


def test_the_high_resolution_fix_is_imported_with_its_switch() -> None:
    film = film_of(kohya_hrfix_enabled="True", **KOHYA)
    plan = Timeline(film)[5].deep_shrink
    assert film.deep_shrink.enabled
    assert (plan.block, plan.factor, plan.start, plan.end) == pytest.approx((2, 1.5, 0.1, 0.25))


def test_what_a_file_leaves_out_has_the_forks_defaults() -> None:
    plan = Timeline(film_of(kohya_hrfix_enabled=True))[0].deep_shrink
    assert (plan.block, plan.factor, plan.start, plan.end) == (1, 2.0, 0.0, 0.35)


def test_what_is_switched_off_is_as_by_default() -> None:
    off = film_of(freeu_enabled=False, kohya_hrfix_enabled=False, **FREEU, **KOHYA, **SHRINKING)
    assert off == film_of()
    assert not changing(imported(freeu_enabled=False, kohya_hrfix_enabled=False, **FREEU, **SHRINKING))
    assert not [found for found in ineffective_settings(off) if "freeu" in str(found)]


def test_other_ways_to_shrink_are_reported() -> None:
    notes = changing(imported(kohya_hrfix_enabled=True, **KOHYA, **SHRINKING))
    assert len(notes) == 1 and "kohya_hrfix_downscale_after_skip" in notes[0]
    assert "bicubically, behind the skip connection" in notes[0]
    plain = dict.fromkeys(SHRINKING, "bicubic") | {"kohya_hrfix_downscale_after_skip": True}
    assert not changing(imported(kohya_hrfix_enabled=True, **KOHYA, **plain))


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ({"distilled_cfg_scale_schedule": "0: (3.5), 10: (4.5)"}, [3.5, 4.0, 4.5]),
        ({"distilled_cfg_scale": 2}, [2, 2, 2]),
        ({"distilled_cfg_scale": None}, [0, 0, 0]),
        ({"distilled_cfg_scale_schedule": None}, [0, 0, 0]),
        ({}, [0, 0, 0]),
    ],
)
def test_distilled_guidance_is_imported(settings: dict[str, Any], values: list[float]) -> None:
    plans = Timeline(film_of(**settings))
    assert [plans[frame].diffusion.distilled_cfg_scale for frame in (0, 5, 10)] == values


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("sd_xl_refiner_1.0.safetensors [7440042bbd]", "sd_xl_refiner_1.0.safetensors"),
        ("fine", "fine"),
        ("None", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_refiner_is_imported_by_its_title(written: str | None, name: str) -> None:
    film = film_of(refiner_checkpoint=written, refiner_switch_at=0.7)
    plan = Timeline(film)[3].diffusion
    assert (plan.refiner, plan.refiner_share) == (name, 0.7)


def test_a_seed_resize_is_imported_where_both_sides_are_given() -> None:
    assert film_of(seed_resize_from_w=768, seed_resize_from_h=516).diffusion.seed_resize_from == (768, 512)
    for sides in ((768, 0), (0, 512), (0, 0), (-1, -1)):
        film = film_of(seed_resize_from_w=sides[0], seed_resize_from_h=sides[1])
        assert film.diffusion.seed_resize_from is None


def test_a_value_that_cannot_be_read_is_named_only_while_it_counts() -> None:
    with pytest.raises(PresetError, match="freeu_b1"):
        imported(freeu_enabled=True, freeu_b1=[1])
    assert film_of(freeu_enabled=False, freeu_b1=[1]) == film_of()


def test_a_film_is_exported_and_imported_the_same(make_animation: Make) -> None:
    film = make_animation(
        compat=True,
        diffusion={
            "seed": 7,
            "refiner": "fine",
            "refiner_share": 0.65,
            "distilled_cfg_scale": "0: (3), 4: (5)",
            "seed_resize_from": [64, 128],
        },
        freeu={"enabled": True, "b1": "0: (1.1), 4: (1.2)"},
        deep_shrink={"enabled": True, "block": "0: (4)", "end": "0: (0.5)"},
    )
    exported = export_settings(film)
    names = {row.name for row in FORGE_ROWS}
    assert names <= exported.settings.keys()
    assert any("only forks of Deforum have this" in note for note in changing(exported))
    again = Animation.model_validate(import_settings(exported.settings, "film.txt").values)
    for one, other in zip(Timeline(film), Timeline(again), strict=True):
        assert (one.freeu, one.deep_shrink) == (other.freeu, other.deep_shrink)
        assert one.seed_resize_from == other.seed_resize_from == (64, 128)
        for name in ("refiner", "refiner_share", "distilled_cfg_scale"):
            assert getattr(one.diffusion, name) == getattr(other.diffusion, name)


def test_films_without_them_are_exported_without_the_forks_names(make_animation: Make) -> None:
    exported = export_settings(make_animation())
    assert not exported.settings.keys() & {row.name for row in FORGE_ROWS}
    assert (exported.settings["seed_resize_from_w"], exported.settings["seed_resize_from_h"]) == (0, 0)


def test_what_deforum_cannot_have_is_reported(make_animation: Make) -> None:
    diffusion = {"tiling": "x", "refiner": "0: (fine), 3: (finer)", "refiner_share": "0: (0.5), 5: (1)"}
    exported = export_settings(make_animation(diffusion=diffusion))
    told = " ".join(changing(exported))
    assert exported.settings["tiling"] is False and "diffusion.tiling is 'x'" in told
    assert "diffusion.refiner changes over the film" in told
    assert "diffusion.refiner_share changes over the film" in told
    assert exported.settings["refiner_switch_at"] == 0.5
