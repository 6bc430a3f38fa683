"""The film in the body of a request."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.request import JobRequest

SMALL_FILM: dict[str, Any] = {"preset": {"frames": 24, "size": [256, 256], "prompts": "a lake at dawn, mist"}}
"""The example of every body with a film."""
Size = Annotated[list[int], Field(min_length=2, max_length=2, description="Width and height.")]
"""A size in an answer; OpenAPI has no tuples."""


class FilmBody(BaseModel):
    """A film. Give one of `preset` and `settings`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [SMALL_FILM]})

    preset: dict[str, Any] | str | None = Field(
        None, description="A preset: an object, its YAML text, or the name of an example such as quickstart."
    )
    settings: dict[str, Any] | str | None = Field(
        None, description="Deforum settings: an object, or the text of a settings file."
    )
    overrides: dict[str, Any] = Field(
        default_factory=dict, description='Settings in place of those, such as {"diffusion.steps": 12}.'
    )

    def film_request(self) -> JobRequest:
        """Returns the request of the film alone.

        Raises:
            UserError: It has no film, or two.
        """
        return JobRequest(preset=self.preset, settings=self.settings, overrides=self.overrides)
