"""What can be set of a training, for forms and programs."""

from typing import Any

from animator.training.finetune.settings import TrainingSettings

_OF_SERVER = ("model_folders", "out")
"""Settings that a request may not have."""


def training_schema() -> dict[str, Any]:
    """Returns the JSON schema of the settings that a request may have."""
    schema = TrainingSettings.model_json_schema()
    for name in _OF_SERVER:
        schema["properties"].pop(name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
