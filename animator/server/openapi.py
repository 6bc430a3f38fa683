"""`Application`: FastAPI's, with an OpenAPI document that has the errors as they are sent."""

from typing import Any

from animator.server.problems import ProblemDetails
from animator.server.security.body_size import BodyLimitedApp

TAGS = [
    {"name": "jobs", "description": "Films to render: submit, follow, stop, render again; also trainings."},
    {"name": "events", "description": "What happens to jobs, as it happens."},
    {"name": "results", "description": "What a job has made: its film, frames, settings, log, metrics."},
    {"name": "films", "description": "What is known of a film before it renders: mistakes, values, cost."},
    {"name": "trainings", "description": "Models to teach a style, a thing or a word: data, jobs, results."},
    {"name": "gallery", "description": "Every image and film of the renders folder: find, rank, delete."},
    {"name": "catalog", "description": "What settings may name: examples, models, samplers."},
    {"name": "files", "description": "Images, clips and sounds that settings name."},
    {"name": "deforum", "description": "The API of the Deforum extension."},
    {"name": "sdapi", "description": "Single images: the API of A1111's web UI."},
    {"name": "controlnet", "description": "Control images: the API of the ControlNet extension."},
    {"name": "openai", "description": "Single images: the API of OpenAI."},
    {"name": "server", "description": "The server itself."},
]
"""Groups of routes, in the order of the document."""
_REFERENCE = "#/components/schemas/{model}"


class Application(BodyLimitedApp):
    """The application of a server."""

    def openapi(self) -> dict[str, Any]:
        """Returns the OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            problem = ProblemDetails.model_json_schema(ref_template=_REFERENCE)
            schemas = document["components"]["schemas"]
            schemas |= {**problem.pop("$defs"), ProblemDetails.__name__: problem}
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which is not sent
                schemas.pop(name, None)
            self.openapi_schema = document
        return self.openapi_schema
