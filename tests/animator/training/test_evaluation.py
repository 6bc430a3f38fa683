"""The evaluation: numbers that can be checked by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from animator.models.diffusion.fake import FakeDiffuser
from animator.training.data import Images, Label
from animator.training.evaluation.classifier import (
    KIND_NAMES,
    TIME_NAMES,
    SceneClassifier,
    accuracy,
    classifier_inputs,
    classify,
    load_or_train,
    time_in_caption,
)
from animator.training.evaluation.contact_sheet import contact_sheet
from animator.training.evaluation.frechet import frechet_distance
from animator.training.evaluation.generation import GenerationSettings, generate_image, generate_zoom
from animator.training.evaluation.metrics import (
    classifier_metrics,
    film_metrics,
    prompt_metrics,
    speed_metrics,
)
from animator.training.evaluation.table import table

MANNER = GenerationSettings(steps=2, cfg_scale=1.0, size=64)


@pytest.fixture(scope="module")
def classifier(shards: tuple[Path, Images], tmp_path_factory: pytest.TempPathFactory) -> SceneClassifier:
    return load_or_train(tmp_path_factory.mktemp("judge") / "judge.safetensors", shards[1], 15)


def test_the_judge_learns_what_it_is_shown(classifier: SceneClassifier, shards: tuple[Path, Images]) -> None:
    found = classifier_metrics(classifier, shards[1])
    assert found["judge_kind_accuracy"] > 3 / len(KIND_NAMES)
    said = classify(classifier, classifier_inputs(shards[1]))
    assert said.features.shape == (16, 128)
    assert set(said.kinds) <= set(KIND_NAMES)
    assert set(said.times) <= set(TIME_NAMES)


def test_the_judge_is_trained_once(
    classifier: SceneClassifier, shards: tuple[Path, Images], tmp_path: Path
) -> None:
    path = tmp_path / "judge.safetensors"
    first, again = load_or_train(path, shards[1], 2), load_or_train(path, shards[1], 0)
    assert torch.equal(first.kind.weight, again.kind.weight)


def test_accuracy_counts_only_what_was_asked() -> None:
    assert accuracy(["sea", "city", "sea"], ["sea", "sea", ""]) == 0.5


@pytest.mark.parametrize(
    ("caption", "time", "asked"),
    [
        ("a lake at night", "night", "night"),
        ("a lake, early morning", "dawn", "dawn"),
        ("a lake", "night", ""),
        ("a lake", "day", ""),
        ("red mandala", "", ""),
    ],
)
def test_the_time_asked_is_the_one_that_the_caption_tells(caption: str, time: str, asked: str) -> None:
    assert time_in_caption(Label(caption, "lake", time, "")) == asked


def test_the_frechet_distance_of_shifted_and_scaled_clouds() -> None:
    cloud = np.random.default_rng(0).standard_normal((4000, 5))
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(cloud, cloud + 2) == pytest.approx(5 * 4)
    assert frechet_distance(cloud, cloud * 3) == pytest.approx(5 * (3 - 1) ** 2, rel=0.05)


def test_a_film_is_drawn_and_measured() -> None:
    frames = list(generate_zoom(FakeDiffuser(), "a lake", MANNER, 4))
    assert len(frames) == 4
    found = film_metrics(FakeDiffuser(), MANNER, 12)
    assert found["film_contrast_ratio"] > 0
    assert 0 <= found["film_color_drift"] <= 1


def test_prompts_are_drawn_and_judged(classifier: SceneClassifier, shards: tuple[Path, Images]) -> None:
    found = prompt_metrics(FakeDiffuser(), classifier, shards[1], MANNER, 8)
    assert found["prompts"] == 8
    assert 0 <= found["kind_accuracy"] <= 1
    assert found["frechet_distance"] > 0


def test_speed_is_named_by_the_size() -> None:
    assert set(speed_metrics(FakeDiffuser(), MANNER)) == {"seconds_64", "cpu_seconds_64"}


def test_a_sheet_has_rows_and_columns() -> None:
    images = [generate_image(FakeDiffuser(), "a lake", MANNER, seed) for seed in range(5)]
    assert contact_sheet(images, 3, 32).shape == (64, 96, 3)


def test_results_stand_side_by_side() -> None:
    text = table({"before": {"kind_accuracy": 0.5, "manner": "DDIM"}, "after": {"kind_accuracy": 0.625}})
    assert "| | before | after |".replace("| |", "|  |") in text
    assert "| the asked kind of scene is seen (of 14) | 50% | 62% |" in text
    assert "| drawn with | DDIM |  |" in text


def test_the_page_shows_the_results_that_are_stored() -> None:
    root = Path(__file__).parents[3]
    stored = json.loads((root / "docs" / "starter.json").read_text())
    assert table(stored) in (root / "docs" / "starter.md").read_text()
