"""Settings that are one of a few names, and names that are safe in paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import PydanticCustomError, core_schema

from animator.core import plugins
from schedules.suggest import suggestion

Choices = TypeVar("Choices")
OFF = "none"
"""The value that switches a setting off."""


def _spell_off(value: Any) -> Any:
    """Returns `none` for null and for `none` in any case; returns every other value as it is."""
    is_off = value is None or (isinstance(value, str) and value.strip().lower() == OFF)
    return OFF if is_off else value


Switchable = Annotated[Choices, BeforeValidator(_spell_off)]
"""A choice that `none` switches off, as in `Switchable[Literal["none", "LAB"]]`; null and `None` do, too."""


def choices_of(annotation: Any) -> tuple[str, ...]:
    """Returns the names that a `Literal` allows, also inside a union; empty for other annotations."""
    if get_origin(annotation) is Literal:
        return tuple(name for name in get_args(annotation) if isinstance(name, str))
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return tuple(name for inner in get_args(annotation) for name in choices_of(inner))
    return ()


def match_name(name: str, names: Sequence[str]) -> str:
    """Returns the one of `names` that equals a name in any case.

    Raises:
        ValueError: It is not one of them; suggests the closest.
    """
    by_lower = {known.lower(): known for known in names}
    if name.strip().lower() in by_lower:
        return by_lower[name.strip().lower()]
    hint = suggestion(name.strip(), names) or f"known: {', '.join(names)}"
    raise ValueError(f"is unknown; {hint}")


@dataclass(frozen=True)
class OneOf:
    """Marks a text that is one of a few names, in any case.

    Attributes:
        names: The built-in names, which the documentation lists.
        group: The entry point group in which other packages offer further names; empty for none. They are
            searched only for names that are not built in.
    """

    names: tuple[str, ...]
    group: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self._match, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.all_names]}

    @property
    def all_names(self) -> tuple[str, ...]:
        """The built-in names, and those of installed packages."""
        return (*self.names, *(plugins.names(self.group) if self.group else ()))

    def _match(self, name: str) -> str:
        """Returns the known name that equals `name` in any case; built-in names win over those of plugins."""
        is_built_in = name.strip().lower() in (known.lower() for known in self.names)
        return match_name(name, self.names if is_built_in else self.all_names)


MAX_NAME_BYTES = 180
"""A file system's names have at most 255; what is added to a film's name has up to about 60."""


def _check_length(name: str) -> str:
    size = len(name.encode(errors="surrogatepass"))
    if size > MAX_NAME_BYTES:
        raise PydanticCustomError(
            "name_too_long",
            "has {size} bytes as UTF-8, too many for the names of the film's files; expected at most {limit}",
            {"size": size, "limit": MAX_NAME_BYTES},
        )
    return name


FileStem = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^/\\\x00-\x1f.][^/\\\x00-\x1f]*$"
    ),
    AfterValidator(_check_length),
]
"""A name that is safe as one part of a path: no separators, no control characters, no leading dot, not too
long."""
