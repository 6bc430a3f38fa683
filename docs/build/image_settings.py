"""The tables of the settings of single images and of trainings, for docs/generate.md and docs/training.md."""

from collections.abc import Iterator

from pydantic import BaseModel

from animator.generation.other_words import group_in
from animator.generation.settings import ImageSettings
from animator.settings.explanations import explanations
from animator.training.finetune.settings import TrainingSettings

_LISTS = ("controlnet", "concepts")
"""Settings that are lists of groups."""


def image_settings() -> str:
    """Returns the table of single images: each setting, its default, and what it does."""
    return _table(ImageSettings)


def training_settings() -> str:
    """Returns the table of trainings, as `image_settings`."""
    return _table(TrainingSettings)


def _table(kind: type[BaseModel]) -> str:
    rows = "".join(f"| `{name}` | {default} | {text} |\n" for name, default, text in _rows(kind, ""))
    return f"| setting | default | |\n|---|---|---|\n{rows}"


def _rows(kind: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    texts = explanations(kind)
    for name, field in kind.model_fields.items():
        group = group_in(field.annotation)
        if group is None:
            default = (
                "" if field.is_required() or field.default in ("", None, ()) else f"`{_shown(field.default)}`"
            )
            yield f"{prefix}{name}", default, texts[name].replace("|", "\\|")
        else:
            yield from _rows(group, f"{prefix}{name}.{'0.' if name in _LISTS else ''}")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
