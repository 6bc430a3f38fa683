"""`SignalSource`: a sound or table whose values formulas may use, as the setting `signals` names it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, TypeAdapter

from animator.settings.effect import Always, Condition
from animator.settings.group import SettingsGroup
from animator.settings.paths import FileOrName
from animator.sound.columns import Between

CLIP = "clip"
"""The path that stands for the sound of the film's own clip."""
MOST_SOURCES = 16
_TABLES = (".csv", ".json")


class SignalSource(SettingsGroup):
    """A sound or table whose values formulas may use."""

    effective_when: ClassVar[Condition] = Always()

    path: FileOrName = Field(min_length=1)
    """A file with sound; a table (.csv or .json); or `clip`, the sound of `video.path`."""
    smooth: float = Field(0, ge=0, le=60)
    """Seconds over which the levels, the pitch and the brightness of a sound are smoothed."""
    offset: float | None = Field(None, ge=-86_400, le=86_400)
    """Seconds into the film at which a sound begins; left out, that of `sound`."""
    between: Between = "interpolate"
    """Between the rows of a table: interpolate their values, or hold the last one."""

    @property
    def is_table(self) -> bool:
        """True for a table."""
        return Path(self.path).suffix.lower() in _TABLES


def _of_path(value: Any) -> Any:
    """Returns the settings of a source that is written as a path alone."""
    return {"path": value} if isinstance(value, str) else value


SignalName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]
SignalSources = Annotated[
    Mapping[SignalName, Annotated[SignalSource, BeforeValidator(_of_path)]],
    Field(max_length=MOST_SOURCES),
    BeforeValidator(lambda value: value or {}),
]
"""Sounds and tables by name."""
_SOURCES: TypeAdapter[Mapping[str, SignalSource]] = TypeAdapter(SignalSources)


def sources_in(values: Mapping[str, Any]) -> Mapping[str, SignalSource]:
    """Returns the sounds and tables in a film's plain values.

    Raises:
        ValidationError: `signals` is wrong.
    """
    return _SOURCES.validate_python(values.get("signals"))


def first_sound(signals: Mapping[str, SignalSource]) -> str:
    """Returns the name of the first sound in `signals`; empty where there is none."""
    return next((name for name, source in signals.items() if not source.is_table), "")


@dataclass(frozen=True)
class NamedFile:
    """A file that a raw preset names in `signals`.

    Attributes:
        setting: Path of the setting that names it.
        name: The name as written.
    """

    setting: tuple[str, ...]
    name: str


def named_files(signals: Any) -> Iterator[NamedFile]:
    """Yields the files that plain values of `signals` name, before validation; `clip` is none."""
    for key, value in signals.items() if isinstance(signals, Mapping) else ():
        is_short = isinstance(value, str)
        name = value if is_short else value.get("path") if isinstance(value, Mapping) else None
        if isinstance(name, str) and name.strip() and name != CLIP:
            yield NamedFile(("signals", str(key)) if is_short else ("signals", str(key), "path"), name)
