"""`check_report`: what is known of a film before it renders: problems, warnings, and what it takes."""

from dataclasses import dataclass

from animator.core.log_collector import collecting
from animator.errors import PresetError, Problem
from animator.presets.model_defaults import describe_open_values, model_defaults
from animator.runs.preflight.check_film import check_film
from animator.runs.preflight.estimate import Estimate, estimate, film_seconds
from animator.runs.preflight.film import CheckOptions
from animator.runs.preflight.render_time import RenderTime, render_time
from animator.settings import Animation
from animator.settings.import_notes import Note
from animator.settings.raw import RawPreset
from animator.timeline.lint import clamped_schedules, effect_warnings, setting_warnings
from animator.timeline.timeline import Timeline


@dataclass(frozen=True)
class Work:
    """What a film takes.

    Attributes:
        frames: Number of frames.
        fps: Frames per second.
        size: Width and height in pixels.
        model: The diffusion model.
        needed: Generated frames, sampler steps, and bytes of frames on disk.
        cpu_seconds: About how long it takes on this machine's CPU; None where the model is not known.
        open_values: A sentence about settings that the model decides; empty if it decides none.
        bpm: Beats per minute that are heard; None without `bpm: auto`.
        confidence: How sure they are, 0 to 1.
        render_time: About how long it takes on this machine, as measured or by `cpu_seconds`; None where the
            model is not known.
    """

    frames: int
    fps: float
    size: tuple[int, int]
    model: str
    needed: Estimate
    cpu_seconds: float | None
    open_values: str
    bpm: float | None = None
    confidence: float = 0.0
    render_time: RenderTime | None = None

    @property
    def seconds(self) -> float:
        """Length of the film in seconds."""
        return self.frames / self.fps


@dataclass(frozen=True)
class CheckReport:
    """The result of a check.

    Attributes:
        error: All problems as an error; None where the film can be rendered.
        notes: Of the import, and on former names of settings.
        warnings: About settings that work but are probably a mistake: lines that begin with `warning: ` or,
            where Deforum's settings have no effect, `note: `.
        logged: Warnings that the check has logged, such as about encoders and missing weights.
        work: What the film takes; None where it has problems.
    """

    error: PresetError | None
    notes: tuple[Note, ...] = ()
    warnings: tuple[str, ...] = ()
    logged: tuple[str, ...] = ()
    work: Work | None = None

    @property
    def ok(self) -> bool:
        """True if the film can be rendered."""
        return self.error is None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems in the order of the preset's lines."""
        return self.error.problems if self.error else ()

    def film_work(self) -> Work:
        """Returns what the film takes.

        Raises:
            PresetError: With every problem, if it cannot be rendered.
        """
        if self.error is not None:
            raise self.error
        if self.work is None:
            raise AssertionError("a film without problems was estimated")
        return self.work


def check_report(
    draft: RawPreset,
    problems: tuple[Problem, ...] = (),
    options: CheckOptions = CheckOptions(),  # noqa: B008 (a frozen value)
    *,
    lists_all: bool = False,
) -> CheckReport:
    """Checks the film of a draft as `check_film` does, and returns what is known of it.

    Args:
        draft: The settings, overrides applied.
        problems: Those known already, to be reported with the others.
        options: Options of the check.
        lists_all: True for a source that lists every setting, as Deforum's settings files do: settings
            without effect are then no mistake, and one line counts them.
    """
    with collecting(joins=False) as collector:
        try:
            film = check_film(draft, problems, options)
        except PresetError as error:
            return CheckReport(error, draft.notes, logged=collector.warnings)
        warnings, work = _warnings(film, lists_all=lists_all), _work(film, draft)
        return CheckReport(None, draft.notes, warnings, collector.warnings, work)


def _warnings(film: Animation, *, lists_all: bool) -> tuple[str, ...]:
    clamped = (f"warning: {path}: {cut}" for path, cut in clamped_schedules(film))
    about_settings = (f"warning: {warning}" for warning in setting_warnings(film))
    return (*clamped, *effect_warnings(film, lists_all=lists_all), *about_settings)


def _work(film: Animation, draft: RawPreset) -> Work:
    model = model_defaults(film.plain())
    needed = estimate(Timeline(film), begins_within_steps=model is not None and model.begins_within_steps)
    seconds = film_seconds(needed, film.size, model) if model else None
    heard = film.heard
    return Work(
        frames=film.frames,
        fps=film.fps,
        size=film.size,
        model=film.model,
        needed=needed,
        cpu_seconds=seconds,
        open_values=describe_open_values(draft.values),
        bpm=heard.bpm,
        confidence=heard.confidence,
        render_time=render_time(needed, film, model, seconds) if model and seconds is not None else None,
    )
