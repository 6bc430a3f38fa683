"""`FilmToCheck`: a film, where its settings were written, and what is checked."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from animator.errors import UserError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.plugin import find_plugin
from animator.models.folders import model_folders
from animator.settings import Animation
from animator.settings.problems import Problems
from animator.timeline.timeline import Timeline


@dataclass(frozen=True)
class CheckOptions:
    """Options of a check.

    Attributes:
        opens_model: False where the diffusion model is open already; it is not checked then.
    """

    opens_model: bool = True


@dataclass(frozen=True)
class FilmToCheck:
    """A film to check.

    Attributes:
        animation: The film; settings that are wrong have their defaults.
        options: Options of the check.
        problems: The problems found so far.
        broken: Paths of the settings that are wrong, or name a file that is.
    """

    animation: Animation
    options: CheckOptions
    problems: Problems
    broken: tuple[tuple[str, ...], ...] = field(default=())

    def is_broken(self, *settings: str) -> bool:
        """Returns True if one of some settings, or of the settings in some groups, is wrong."""
        broken = [".".join(path) for path in self.broken]
        wrong = (
            f"{path}.".startswith(f"{name}.") or f"{name}.".startswith(f"{path}.")
            for path in broken
            for name in settings
        )
        return "" in broken or any(wrong)

    @cached_property
    def opens_our_model(self) -> bool:
        """True if a diffusion model is opened, and none of a plug-in, which may read names its own way."""
        return self.options.opens_model and find_plugin(self.animation.model, self.library) is None

    @cached_property
    def library(self) -> Library:
        """The model folders. Pickled files are listed; whether they may be read is checked apart."""
        return Library(self.folders)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders in which models are found by name."""
        return model_folders(self.animation.diffusion.model_folders)

    @cached_property
    def timeline(self) -> Timeline | None:
        """The plans; None where they cannot be made, which `check_timeline` reports."""
        try:
            return Timeline(self.animation)
        except UserError:
            return None


def check_timeline(film: FilmToCheck) -> None:
    """Reports why a film has no plans: schedules, wildcards that refer to each other in a circle."""
    if film.is_broken("signals", "markers", "bpm"):  # then formulas and keys lack what is reported already
        return
    with film.problems.at("prompts"):
        if film.timeline is None:
            Timeline(film.animation)
