"""The body of a submission, checked as far as Deforum does it: the settings themselves are read later."""

from typing import Any

from pydantic import BaseModel, Field

from animator.server.json_value import JsonObject


class Submission(BaseModel):
    """Films to render, as a batch."""

    deforum_settings: JsonObject | list[JsonObject] | None = Field(
        None, description="Deforum settings of a film, or of several."
    )
    options_overrides: JsonObject | None = Field(
        None, description="Options of Deforum's settings page for these films; others are kept and not used."
    )

    @property
    def films(self) -> list[dict[str, Any]]:
        """The settings of each film; none where nothing is given."""
        given = self.deforum_settings
        if isinstance(given, dict):
            return [given] if given else []
        return given or []
