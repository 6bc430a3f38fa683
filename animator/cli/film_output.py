"""`--out film.mp4`: the suffix sets the format, and the finished film is put there."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from animator.errors import UserError

if TYPE_CHECKING:
    from animator.presets.sources import PresetSource
    from animator.runs.delivery import Delivery
    from animator.settings import Animation

_FORMAT = "output.format"


def format_of_film(film: Path, source: "PresetSource", overrides: Iterable[str] | None) -> list[str]:
    """Returns overrides for the format of a film's suffix; with its usual codec where it is another format.

    Raises:
        UserError: `--set` asks for another format, or the source cannot be read.
    """
    name = _format_name(film)
    for text in overrides or ():
        key, _, value = text.partition("=")
        if key.strip() == _FORMAT and value.strip().lower() != name:
            raise UserError(f"--out {film} and --set {text} ask for two formats; leave one of them out")
    from animator.presets.sources import draft_of
    from animator.runs.reencode import format_overrides

    output = draft_of(source).values.get("output")
    current = output.get("format", "mp4") if isinstance(output, Mapping) else "mp4"
    return [] if str(current).lower() == name else format_overrides(name)


def in_format_of(film: Path, animation: "Animation") -> "Animation":
    """Returns a run's settings with the format of a film's suffix."""
    name = _format_name(film)
    if animation.output.format == name:
        return animation
    from animator.settings.output import Output

    kept = {key: getattr(animation.output, key) for key in ("make_gif", "png_level", "subtitles")}
    return animation.model_copy(update={"output": Output.model_validate({**kept, "format": name})})


def delivery_to(film: Path, animation: "Animation", preset: Path | None, *, force: bool) -> "Delivery":
    """Returns the delivery of a film to a file, checked before anything is rendered.

    Raises:
        UserError: The film cannot be put there.
    """
    from animator.presets.ownership import input_files
    from animator.runs.delivery import Delivery

    delivery = Delivery(film, force=force)
    delivery.check([*([preset] if preset else []), *input_files(animation)])
    return delivery


def _format_name(film: Path) -> str:
    return film.suffix.lower().removeprefix(".")
