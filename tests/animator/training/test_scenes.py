"""Procedural scenes: every kind renders with a caption and a depth, determined by its seed."""

import numpy as np
import pytest

from animator.training.scenes.air import TIMES, WEATHERS
from animator.training.scenes.registry import KINDS
from animator.training.scenes.render import Scene, scene

# Names of each kind in its captions; one of them is always there.
NAMES = {
    "mountains": ("mountain",),
    "lake": ("lake",),
    "sea": ("sea", "ocean"),
    "desert": ("desert", "dunes"),
    "hills": ("hill", "meadow", "grassland"),
    "forest": ("forest",),
    "city": ("city", "skyscrapers"),
    "space": ("planet", "nebula", "galaxy", "starfield"),
    "mandala": ("mandala", "kaleidoscope"),
    "flower": ("flower", "blossom"),
    "fractal": ("fractal",),
    "fluid": ("marble", "waves", "paint", "smoke"),
    "glass": ("glass", "mosaic"),
    "neon": ("neon", "synthwave"),
}
OUTDOORS = ("mountains", "lake", "sea", "desert", "hills", "forest", "city")
SEEDS = range(4)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_an_image_a_caption_and_a_depth(kind: str) -> None:
    for seed in SEEDS:
        rendered = scene(seed, 48, kind=kind)
        assert rendered.image.shape == (48, 48, 3)
        assert rendered.image.dtype == np.uint8
        assert rendered.image.std() > 2, "an empty image"
        assert rendered.kind == kind
        assert rendered.caption == rendered.caption.lower()
        assert any(word in rendered.caption for word in NAMES[kind]), rendered.caption
        assert rendered.disparity.shape == (48, 48)
        assert np.isfinite(rendered.disparity).all()
        assert 0 <= rendered.disparity.min() <= rendered.disparity.max() <= 1


@pytest.mark.parametrize("kind", OUTDOORS)
def test_outdoors_the_ground_is_nearer_than_the_sky(kind: str) -> None:
    for seed in SEEDS:
        rendered = scene(seed, 48, kind=kind)
        assert rendered.time in TIMES
        assert rendered.disparity[-6:].mean() > rendered.disparity[:6].mean() + 0.1


def test_a_seed_gives_the_same_scene_and_another_seed_another_one() -> None:
    first, again, other = scene(11, 48), scene(11, 48), scene(12, 48)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.disparity, again.disparity)
    assert first.caption == again.caption
    assert not np.array_equal(first.image, other.image)


def test_seeds_cover_kinds_times_and_styles() -> None:
    scenes = [scene(seed, 16) for seed in range(120)]
    assert {s.kind for s in scenes} == set(KINDS)
    assert {s.time for s in scenes} == {"", *TIMES}
    assert {"", "oil painting", "watercolor"} <= {s.style for s in scenes}


def test_captions_name_the_time_and_the_weather() -> None:
    captions = [scene(seed, 16, kind="sea").caption for seed in range(100)]
    for word in ("at night", "sunset", "dawn", "dusk", "storm", "fog", "aurora", "lighthouse", "sailboat"):
        assert any(word in caption for caption in captions), word
    assert all(weather.phrases for weather in WEATHERS.values())


def test_edges_are_soft_by_supersampling() -> None:
    """A pyramid's or a wall's edge has shades between its two sides."""
    hard, soft = (scene(3, 64, kind="neon", supersample=s).image.astype(float) for s in (1.0, 2.0))
    assert np.abs(np.diff(soft, axis=1)).max(-1).mean() < np.abs(np.diff(hard, axis=1)).max(-1).mean()


def test_a_scene_looks_alike_at_two_sizes() -> None:
    for kind in ("sea", "mandala", "glass", "space"):
        small, large = scene(5, 64, kind=kind), scene(5, 128, kind=kind)
        averaged = large.image.reshape(64, 2, 64, 2, 3).mean((1, 3))
        assert np.corrcoef(averaged.ravel(), small.image.ravel())[0, 1] > 0.7
        assert small.caption == large.caption


def test_snow_is_visible_where_captions_name_it() -> None:
    """The brightest tenth of the land of snowy mountains by day is white; that of bare ones is darker."""
    by_day = [scene(seed, 48, kind="mountains") for seed in range(80)]
    plain = [s for s in by_day if s.time == "day" and not s.style and "tones" not in s.caption]
    white: dict[str, list[float]] = {"snowy": [], "bare": []}
    for rendered in plain:
        land = rendered.image[rendered.disparity > 0].astype(float)
        white["snowy" if "snowy mountains" in rendered.caption else "bare"].append(
            np.percentile(land.min(-1), 90)
        )
    assert min(map(len, white.values())) > 3
    assert np.median(white["snowy"]) > np.median(white["bare"]) + 40


def test_snowy_mountains_stand_out_from_the_sky_with_rock_below_their_snow() -> None:
    """By day less than a third of their land is white; in any light the skyline is an edge of 30 levels."""
    scenes = [scene(seed, 48, kind="mountains") for seed in range(80)]
    snowy = [s for s in scenes if "snowy mountains" in s.caption and not s.style and "tones" not in s.caption]
    white = [(s.image[s.disparity > 0].min(-1) > 175).mean() for s in snowy if s.time == "day"]
    edges = [_edge_of_skyline(s) for s in snowy if s.time in ("dawn", "day", "sunset")]
    assert min(len(white), len(edges)) > 5
    assert np.median(white) < 1 / 3
    assert np.median(edges) > 30


def _edge_of_skyline(rendered: Scene) -> float:
    """Mean difference in levels between the sky just above the land and the land just below it."""
    top, columns = (rendered.disparity > 0).argmax(0), np.arange(rendered.disparity.shape[1])
    inside = (top > 2) & (top < len(rendered.disparity) - 2)
    top, columns = top[inside], columns[inside]
    levels = rendered.image.astype(float)
    return float(np.abs(levels[top + 2, columns] - levels[top - 2, columns]).mean())


def test_houses_of_a_city_at_night_are_darker_than_the_lit_sky() -> None:
    nights = [s for seed in range(60) if (s := scene(seed, 48, kind="city")).time == "night" and not s.style]
    assert len(nights) > 5
    for rendered in nights:
        houses = rendered.disparity > 0.4  # the nearest row and everything in front of it
        sky = rendered.disparity == 0
        assert np.median(rendered.image[houses]) < np.median(rendered.image[sky])


def test_mountains_rise_high_above_their_valleys() -> None:
    """The skyline spans three tenths of the image from its lowest to its highest point."""
    spans = []
    for seed in range(12):
        skyline = (scene(seed, 96, kind="mountains", supersample=1.0).disparity > 0).argmax(0)
        spans.append(np.ptp(skyline) / 96)
    assert np.mean(spans) > 0.3
