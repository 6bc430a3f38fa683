"""What a search finds, and in which order."""

import dataclasses
from pathlib import Path

import pytest

from animator.gallery.errors import QueryError
from animator.gallery.query import GalleryQuery, Kind, NegativeMode, Sort
from tests.animator.gallery.shelf import Shelf, write_image


@pytest.fixture
def full(shelf: Shelf) -> Shelf:
    """Four images."""
    fields = {
        "lake": "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Model: sky_v2",
        "city": "Steps: 30, Sampler: DPM++ 2M, CFG scale: 7.5, Seed: 421, Model: town",
        "hut": "Steps: 20, Sampler: DDIM, CFG scale: 7, Seed: 7",
        "씨앗": "Steps: 20, Sampler: DDIM, CFG scale: 7, Seed: 8",
    }
    prompts = {
        "lake": "a Lake at dawn",
        "city": "a city, 12:30",
        "hut": "湖のほとり",
        "씨앗": "호수, É",
    }
    negatives = {"lake": "fog, Rain", "city": "people", "hut": "", "씨앗": "비"}
    for age, name in enumerate(prompts):
        file = shelf.renders / f"images/{name}.png"
        write_image(file, prompts[name], negative=negatives[name], fields=fields[name], age_s=age)
    shelf.gallery.refresh()
    return shelf


def names(found: list[str]) -> list[str]:
    return [Path(path).stem for path in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["lake", "city", "hut", "씨앗"]),
        ("lake", ["lake"]),
        ("LAKE dawn", ["lake"]),
        ("awn", ["lake"]),
        ('"at dawn"', ["lake"]),
        ('"dawn at"', []),
        ("ほとり", ["hut"]),
        ("湖", ["hut"]),
        ("호수", ["씨앗"]),
        ("씨앗", ["씨앗"]),
        ("é", ["씨앗"]),
        ("e\N{COMBINING ACUTE ACCENT}", ["씨앗"]),
        ("images city.png", ["city"]),
        ("sampler: euler", ["lake"]),
        ("sampler:DDIM", ["hut", "씨앗"]),
        ("Sampler:ddim seed:7", ["hut"]),
        ("seed: 42", ["lake"]),
        ("seed: 4", []),
        ("cfg_scale: 7", ["lake", "hut", "씨앗"]),
        ("model: sky", ["lake"]),
        ('sampler: "2m"', ["city"]),
        ("12:30", ["city"]),
        ("nothing: 3", []),
        ("%", []),
        ('"', []),
        ("a\0b*", []),
        ("NEAR(a b)", []),
        ("\ud800", []),
    ],
)
def test_words_are_found_anywhere_and_fields_by_name(full: Shelf, text: str, found: list[str]) -> None:
    assert names(full.find(text)) == found


def test_capital_letters_count_where_asked(full: Shelf) -> None:
    assert names(full.find("Lake dawn", case_sensitive=True)) == ["lake"]
    assert names(full.find("Sampler: Euler", case_sensitive=True)) == ["lake"]
    assert full.find("LAKE", case_sensitive=True) == full.find("sampler: euler", case_sensitive=True) == []


@pytest.mark.parametrize(
    ("negative", "mode", "found"),
    [
        ("fog", NegativeMode.ANY, ["lake", "city", "hut", "씨앗"]),
        ("fog", NegativeMode.ONLY, ["lake"]),
        ("fog", NegativeMode.WITHOUT, ["city", "hut", "씨앗"]),
        ("fog rain", NegativeMode.WITHOUT, ["city", "hut", "씨앗"]),
        ("fog people", NegativeMode.WITHOUT, ["lake", "city", "hut", "씨앗"]),
        ("비", NegativeMode.ONLY, ["씨앗"]),
        ("비", NegativeMode.WITHOUT, ["lake", "city", "hut"]),
        ("dawn", NegativeMode.ONLY, []),
        ("", NegativeMode.WITHOUT, ["lake", "city", "hut", "씨앗"]),
    ],
)
def test_the_negative_prompt_is_searched_apart(
    full: Shelf, negative: str, mode: NegativeMode, found: list[str]
) -> None:
    assert names(full.find(negative=negative, negative_mode=mode)) == found


def test_text_negative_and_case_act_together(full: Shelf) -> None:
    query = {"negative": "rain", "negative_mode": NegativeMode.WITHOUT}
    assert names(full.find("Steps", case_sensitive=True, **query)) == ["lake", "city", "hut", "씨앗"]
    assert names(full.find("steps: 20", **query)) == ["hut", "씨앗"]
    assert names(full.find("^Seed", regex=True, **query)) == ["city", "hut", "씨앗"]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        (Sort.NEWEST, ["lake", "city", "hut", "씨앗"]),
        (Sort.OLDEST, ["씨앗", "hut", "city", "lake"]),
        (Sort.NAME, ["city", "hut", "lake", "씨앗"]),
        (Sort.PATH, ["city", "hut", "lake", "씨앗"]),
        (Sort.RANK, ["hut", "lake", "city", "씨앗"]),
    ],
)
def test_items_come_in_the_order_asked_for(full: Shelf, sort: Sort, found: list[str]) -> None:
    full.gallery.rank([full.id("images/hut.png")], 3)
    assert names(full.find(sort=sort)) == found


def test_the_largest_comes_first_by_size(full: Shelf) -> None:
    sizes = [item.bytes for item in full.items(sort=Sort.SIZE)]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 4


def test_a_random_order_stays_for_its_seed(full: Shelf) -> None:
    orders = [tuple(full.find(sort=Sort.RANDOM, seed=seed)) for seed in range(8)]
    assert len({tuple(sorted(order)) for order in orders}) == 1 < len(set(orders))
    full.gallery.favorite([full.id("images/hut.png")], on=True)
    assert tuple(full.find(sort=Sort.RANDOM, seed=3)) == orders[3]


def test_pages_are_parts_of_the_whole(full: Shelf) -> None:
    page = full.gallery.search(GalleryQuery(), 1, 2)
    assert (names([item.path for item in page.items]), page.total) == (["city", "hut"], 4)
    assert full.gallery.search(GalleryQuery(), 4, 2).items == ()
    assert full.gallery.search(GalleryQuery(), 2**62, 2**62).items == ()
    assert len(full.gallery.search(GalleryQuery(), -5, 2).items) == 2


def test_kinds_runs_ranks_and_favorites_filter(full: Shelf) -> None:
    full.render()
    lake, city = full.id("images/lake.png"), full.id("images/city.png")
    full.gallery.rank([lake], 2)
    full.gallery.rank([city], 5)
    full.gallery.favorite([city], on=True)
    assert len(full.find(run="waves/one")) == 4 and full.find(run="waves") == []
    assert full.find(run="\ud800") == []
    assert full.find(kind=Kind.FILM) == ["waves/one/waves.mp4"]
    assert names(full.find(ranks=(1, 5))) == ["lake", "city"]
    assert names(full.find(ranks=(3, 5))) == names(full.find(favorites=True)) == ["city"]
    assert len(full.find(ranks=(0, 0))) == 6 and len(full.find(ranks=(0, 5))) == 8


def test_the_settings_of_a_film_are_fields(full: Shelf) -> None:
    full.render()
    assert full.find("diffusion.seed: 7") == full.find("frames: 3") == ["waves/one/waves.mp4"]
    assert "waves/one/waves.mp4" in full.find("seed: 7")


@pytest.mark.parametrize("ranks", [(3, 1), (-1, 5), (0, 6)])
def test_ranks_that_are_none_are_refused(shelf: Shelf, ranks: tuple[int, int]) -> None:
    with pytest.raises(QueryError, match="expected the lower one first"):
        shelf.find(ranks=ranks)


@pytest.mark.parametrize("query", [GalleryQuery("a" * 1001), GalleryQuery("word " * 40)])
def test_searches_that_are_too_long_are_refused(shelf: Shelf, query: GalleryQuery) -> None:
    with pytest.raises(QueryError, match="expected"):
        shelf.gallery.search(query)
    negative = dataclasses.replace(query, text="", negative=query.text, negative_mode=NegativeMode.ONLY)
    with pytest.raises(QueryError, match="expected"):
        shelf.gallery.search(negative)
