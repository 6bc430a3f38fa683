"""What is known of a film before it renders: every mistake, warnings, and what it takes."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from animator.jobs.settings import draft_of
from animator.runs.preflight.render_time import RenderTime
from animator.runs.preflight.report import CheckReport, Work, check_report
from animator.server.problems import ProblemPlace, place_of, problem_responses
from animator.server.v1.film_body import Size
from animator.server.v1.submission import JobSubmission
from animator.settings.json_schema import preset_schema

router = APIRouter(prefix="/api/v1", tags=["films"])


class RenderTimeView(BaseModel):
    """About how long a film takes on the server's machine."""

    seconds: float
    device: str = Field(description="Where the model runs, such as `cpu`.")
    measured: date | None = Field(
        description="When `animator bench` measured a film like it; null for a rule of thumb by the CPU."
    )
    text: str = Field(description="All of it in words, as `animator check` prints them.")


class WorkView(BaseModel):
    """What a film takes."""

    frames: int
    fps: float
    seconds: float = Field(description="Length of the film.")
    size: Size
    model: str
    generated: int = Field(description="Frames that are generated; the others are in-betweens.")
    steps: int = Field(description="Sampler steps of all generations.")
    disk_bytes: int = Field(description="Largest size of all frames on disk.")
    cpu_seconds: float | None = Field(
        description="About how long it takes on the CPU of the server; null where the model is not known."
    )
    render_time: RenderTimeView | None = Field(
        description="About how long it takes on the server's machine, as `animator bench` measured it there, "
        "or else as `cpu_seconds`; null where the model is not known."
    )
    bpm: float | None = Field(description="Beats per minute that are heard; null without `bpm: auto`.")
    confidence: float = Field(description="How sure they are, 0 to 1.")


class CheckView(BaseModel):
    """The result of a check."""

    ok: bool = Field(description="True if the film can be rendered.")
    errors: list[ProblemPlace] = Field(description="Every mistake, at once.")
    warnings: list[str] = Field(description="What works, but is probably a mistake.")
    notes: list[str] = Field(description="What of Deforum's settings has another name or effect here.")
    film: WorkView | None = Field(description="What the film takes; null where it has mistakes.")


@router.post("/check", operation_id="check_film", responses=problem_responses(), summary="Check a film")
def check_film(submission: JobSubmission) -> CheckView:
    """Checks a film as its submission does, and estimates its work; nothing is rendered or kept.

    A film with mistakes is an answer, too: 200, with `ok` false.
    """
    draft, problems = draft_of(submission.film_request())
    lists_all = submission.settings is not None
    return _view(check_report(draft, tuple(problems), lists_all=lists_all))


@router.get(
    "/schema",
    operation_id="get_preset_schema",
    response_class=Response,
    responses={
        200: {
            "description": "A JSON schema.",
            "content": {"application/schema+json": {"schema": {"type": "object"}}},
        },
        **problem_responses(),
    },
    summary="JSON schema of a preset",
)
def get_preset_schema() -> Response:
    """Returns the JSON schema of presets, by which editors complete and check them."""
    schema: dict[str, Any] = preset_schema()
    return JSONResponse(schema, media_type="application/schema+json")


def _view(report: CheckReport) -> CheckView:
    return CheckView(
        ok=report.ok,
        errors=list(map(place_of, report.problems)),
        warnings=[text.removeprefix("warning: ") for text in report.warnings],
        notes=list(map(str, report.notes)),
        film=_work(report.work) if report.work else None,
    )


def _work(work: Work) -> WorkView:
    return WorkView(
        frames=work.frames,
        fps=work.fps,
        seconds=work.seconds,
        size=list(work.size),
        model=work.model,
        generated=work.needed.generated,
        steps=work.needed.steps,
        disk_bytes=work.needed.frame_bytes,
        cpu_seconds=work.cpu_seconds,
        render_time=_time(work.render_time) if work.render_time else None,
        bpm=work.bpm,
        confidence=work.confidence,
    )


def _time(time: RenderTime) -> RenderTimeView:
    return RenderTimeView(seconds=time.seconds, device=time.device, measured=time.measured, text=str(time))
