"""The table of the settings of single images, for docs/generate.md."""

from collections.abc import Iterator

from pydantic import BaseModel

from animator.generation.other_words import group_in
from animator.generation.settings import ImageSettings
from animator.settings.explanations import explanations


def image_settings() -> str:
    """Returns the table: each setting, its default, and what it does."""
    rows = "".join(f"| `{name}` | {default} | {text} |\n" for name, default, text in _rows(ImageSettings, ""))
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
            yield from _rows(group, f"{prefix}{name}.{'0.' if name == 'controlnet' else ''}")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
