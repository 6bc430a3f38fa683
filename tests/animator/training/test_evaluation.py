"""Evaluation of a model: metrics that can be checked by hand."""

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

SETTINGS = GenerationSettings(steps=2, cfg_scale=1.0, size=64)


@pytest.fixture(scope="module")
def classifier(shards: tuple[Path, Images], tmp_path_factory: pytest.TempPathFactory) -> SceneClassifier:
    return load_or_train(tmp_path_factory.mktemp("judge") / "judge.safetensors", shards[1], 15)


def test_the_classifier_learns_its_training_images(
    classifier: SceneClassifier, shards: tuple[Path, Images]
) -> None:
    metrics = classifier_metrics(classifier, shards[1])
    assert metrics["judge_kind_accuracy"] > 3 / len(KIND_NAMES)
    predictions = classify(classifier, classifier_inputs(shards[1]))
    assert predictions.features.shape == (16, 128)
    assert set(predictions.kinds) <= set(KIND_NAMES)
    assert set(predictions.times) <= set(TIME_NAMES)


def test_the_classifier_is_trained_once(shards: tuple[Path, Images], tmp_path: Path) -> None:
    path = tmp_path / "judge.safetensors"
    first, again = load_or_train(path, shards[1], 2), load_or_train(path, shards[1], 0)
    assert torch.equal(first.kind.weight, again.kind.weight)


def test_accuracy_leaves_out_empty_expectations() -> None:
    assert accuracy(["sea", "city", "sea"], ["sea", "sea", ""]) == 0.5


@pytest.mark.parametrize(
    ("caption", "time", "expected"),
    [
        ("a lake at night", "night", "night"),
        ("a lake, early morning", "dawn", "dawn"),
        ("a lake", "night", ""),
        ("a lake", "day", ""),
        ("red mandala", "", ""),
    ],
)
def test_the_expected_time_is_the_one_that_the_caption_names(caption: str, time: str, expected: str) -> None:
    assert time_in_caption(Label(caption, "lake", time, "")) == expected


def test_the_frechet_distance_of_shifted_and_scaled_clouds() -> None:
    cloud = np.random.default_rng(0).standard_normal((4000, 5))
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(cloud, cloud + 2) == pytest.approx(5 * 4)
    assert frechet_distance(cloud, cloud * 3) == pytest.approx(5 * (3 - 1) ** 2, rel=0.05)


def test_a_zoom_is_generated_and_measured() -> None:
    frames = list(generate_zoom(FakeDiffuser(), "a lake", SETTINGS, 4))
    assert len(frames) == 4
    metrics = film_metrics(FakeDiffuser(), SETTINGS, 12)
    assert metrics["film_contrast_ratio"] > 0
    assert 0 <= metrics["film_color_drift"] <= 1


def test_images_of_prompts_are_generated_and_classified(
    classifier: SceneClassifier, shards: tuple[Path, Images]
) -> None:
    metrics = prompt_metrics(FakeDiffuser(), classifier, shards[1], SETTINGS, 8)
    assert metrics["prompts"] == 8
    assert 0 <= metrics["kind_accuracy"] <= 1
    assert metrics["frechet_distance"] > 0


def test_speed_metrics_are_named_by_the_image_size() -> None:
    assert set(speed_metrics(FakeDiffuser(), SETTINGS)) == {"seconds_64", "cpu_seconds_64"}


def test_a_contact_sheet_has_rows_and_columns() -> None:
    images = [generate_image(FakeDiffuser(), "a lake", SETTINGS, seed) for seed in range(5)]
    assert contact_sheet(images, 3, 32).shape == (64, 96, 3)


def test_a_table_has_a_column_per_result() -> None:
    text = table({"before": {"kind_accuracy": 0.5, "manner": "DDIM"}, "after": {"kind_accuracy": 0.625}})
    assert "| | before | after |".replace("| |", "|  |") in text
    assert "| kind of scene recognized (of 14) | 50% | 62% |" in text
    assert "| generated with | DDIM |  |" in text


def test_the_documentation_shows_the_stored_results() -> None:
    root = Path(__file__).parents[3]
    results = json.loads((root / "docs" / "starter.json").read_text())
    assert table(results) in (root / "docs" / "starter.md").read_text()
