"""The settings of a training in a request, before validation; `check` has every problem of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from animator.core.confinement import named_path
from animator.core.paths import is_folder
from animator.errors import PresetError, Problem, UserError
from animator.generation.draft import override
from animator.jobs.request import JobRequest
from animator.settings.raw import RawPreset
from animator.training.finetune.check import Checked, check_training
from animator.training.finetune.draft import concepts_of

SOURCE = "training"
"""Name of the settings of a request in messages."""
_OWN = ("model_folders", "out")
"""Settings that only the person at the machine decides."""


def draft_of_training(
    settings: Mapping[str, Any], folder: str, results: Path
) -> tuple[RawPreset, list[Problem]]:
    """Returns the draft of a training that somebody asks for, and the problems that are known already.

    Args:
        settings: With the structure of `TrainingSettings`, or with names such as `lora.rank`.
        folder: Folder of the images, of which `settings` may say more, as in `concepts.0.prompt`; empty where
            they have the concepts.
        results: Model folder into which the result goes.
    """
    has_own = not folder and isinstance(settings.get("concepts"), list)
    below = {} if has_own else {"concepts": _concepts(folder)}
    problems: list[Problem] = []
    try:
        draft, more = override(RawPreset(SOURCE, below, {}), settings, SOURCE)
    except PresetError as error:  # nested too deeply
        return RawPreset(SOURCE, {}, {}), [*problems, *error.problems]
    for name in _OWN:
        if name in draft.values:
            message = "is given; whoever started the server decides where models are read and written"
            problems.append(Problem(SOURCE, name, message))
    values = {**draft.values, "model_folders": [str(results.absolute())]}
    return replace(draft, values={name: values[name] for name in values if name != "out"}), [*problems, *more]


def check_request(draft: RawPreset, problems: Iterable[Problem]) -> tuple[JobRequest, Checked]:
    """Returns the request of a training that can begin, and the training.

    Raises:
        PresetError: With every problem.
    """
    checked = check_training(draft, problems)
    return JobRequest(training=draft.values), checked


def training_of(request: JobRequest) -> Checked:
    """Returns the training of a job, if it can begin.

    Raises:
        PresetError: With every problem.
    """
    return check_training(RawPreset(SOURCE, request.training or {}, {}))


def _concepts(folder: str) -> list[dict[str, Any]]:
    """Returns the concepts of a folder; itself where it is not there, or may not be named."""
    try:
        path = named_path(folder)
        return concepts_of(path) if folder.strip() and is_folder(path) else [{"folder": folder}]
    except (UserError, OSError):  # which the check reports
        return [{"folder": folder}]
