"""`TrainingAnalysis`: what is known of the settings of a training before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from animator.errors import AnimatorError, PresetError, Problem
from animator.jobs.request import JobRequest
from animator.jobs.trainings.draft import check_request, draft_of_training
from animator.presets import yaml_text
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.image_values import SOURCE

FOLDER = "folder"
"""Where the text has the name of the folder of images."""
_FOLDERS = ("concepts.0.folder", "concepts")


@dataclass(frozen=True)
class TrainingAnalysis(ImageAnalysis):
    """What is known of the settings of a training before it begins.

    Attributes:
        plan: What it takes; None where anything is wrong.
        request: The request that begins it; None where anything is wrong.
    """

    plan: "TrainingPlan | None" = None
    request: JobRequest | None = None


@dataclass(frozen=True)
class TrainingPlan:
    """What a training takes.

    Attributes:
        images: Number of its images.
        steps: Its steps.
        rate: Its learning rate.
    """

    images: int
    steps: int
    rate: str


def analyze_training(results: Path, text: str, version: int) -> TrainingAnalysis:
    """Returns what is known of a text with the settings of a training; opens no model.

    Args:
        results: Model folder into which results go.
        text: The settings, and the folder of images as `folder`.
        version: That of the draft.
    """
    document = yaml_text.read(text, SOURCE)
    if document.problems:
        return TrainingAnalysis(version, {}, document.problems, None)
    values = document.values
    try:
        request, checked = check_request(*draft_of_training(_settings(values), _folder(values), results))
    except PresetError as error:
        return TrainingAnalysis(version, values, tuple(map(_placed, error.problems)), None)
    except AnimatorError as error:
        return TrainingAnalysis(version, values, (Problem(SOURCE, "", str(error)),), None)
    settings = checked.settings
    plan = TrainingPlan(len(checked.examples), settings.steps or 0, settings.rate)
    return TrainingAnalysis(version, values, (), settings, plan, request)


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != FOLDER}


def _folder(values: Mapping[str, Any]) -> str:
    folder = values.get(FOLDER)
    return "" if folder is None else str(folder)


def _placed(problem: Problem) -> Problem:
    """Returns a problem of the folder at the place where the text has it."""
    if problem.path not in _FOLDERS:
        return problem
    return replace(problem, path=FOLDER, keys=())
