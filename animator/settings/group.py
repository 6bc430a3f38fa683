"""The base class of all groups of settings, and types that several of them share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from animator.settings.choices import Switchable

FlowMethod = Switchable[Literal["none", "DIS Medium", "DIS Fine", "Farneback", "RAFT"]]
StrictBool = Annotated[bool, Field(strict=True)]
"""true or false; 1, yes and the like are errors."""


class SettingsGroup(BaseModel):
    """Settings that belong together; unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
