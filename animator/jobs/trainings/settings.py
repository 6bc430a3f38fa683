"""What can be set of a training, for forms and programs."""

from collections.abc import Mapping
from typing import Any

from animator.generation.catalog import groups_of
from animator.settings.catalog import SettingGroup
from animator.training.finetune.settings import TrainingSettings

OF_SERVER = ("model_folders", "out")
"""Settings that a request may not have."""


def training_schema() -> dict[str, Any]:
    """Returns the JSON schema of the settings that a request may have."""
    schema = TrainingSettings.model_json_schema()
    for name in OF_SERVER:
        schema["properties"].pop(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def training_groups() -> Mapping[str, SettingGroup]:
    """Returns the groups of a training's settings by name; those without a group have the empty name."""
    return groups_of(TrainingSettings)
