"""The base class of all groups of settings, and types that several of them share."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from animator.settings.choices import Switchable, choices_of
from animator.settings.effect import Condition

FlowMethod = Switchable[Literal["none", "DIS Medium", "DIS Fine", "Farneback", "RAFT"]]
StrictBool = Annotated[bool, Field(strict=True)]
"""true or false; 1, yes and the like are errors."""


class SettingsGroup(BaseModel):
    """Settings that belong together; unknown names are errors.

    Names that are one of a few are taken in any case, and numbers where text is expected: YAML reads
    `output.preset: 8` as a number.
    """

    effective_when: ClassVar[Condition]
    """Needed for any of its settings to have an effect; each group declares it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, coerce_numbers_to_str=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _spell_choice(cls, value: Any, info: ValidationInfo) -> Any:
        """Returns the choice that equals a text in any case; returns other values as they are."""
        if not isinstance(value, str) or info.field_name is None:
            return value
        by_lower = {name.lower(): name for name in choices_of(cls.model_fields[info.field_name].annotation)}
        return by_lower.get(value.strip().lower(), value)
