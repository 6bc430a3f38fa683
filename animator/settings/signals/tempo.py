"""`Tempo`: a number of beats per minute, or `auto` for the beats that are heard."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter

AUTO = "auto"
"""The value of `bpm` that stands for the beats that are heard."""
_Number = Annotated[float, Field(gt=0, le=10_000)]
_NUMBER: TypeAdapter[float] = TypeAdapter(_Number)


def _read(value: Any) -> Any:
    """Returns a number within its range, auto or None, so that a mistake is reported once."""
    is_auto = isinstance(value, str) and value.strip().lower() == AUTO
    return AUTO if is_auto else None if value is None else _NUMBER.validate_python(value)


Tempo = Annotated[_Number | Literal["auto"] | None, BeforeValidator(_read)]
