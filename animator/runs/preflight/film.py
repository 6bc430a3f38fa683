"""`FilmToCheck`: a film, where its settings were written, and what is checked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from animator.errors import AnimatorError, ChangeSetting, Hint, PresetError, Problem, UserError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.plugin import find_plugin
from animator.models.folders import model_folders
from animator.settings import Animation
from animator.settings.raw import RawPreset
from animator.timeline.timeline import Timeline

Setting = str | tuple[str, ...]
"""A setting such as `init.image`, or its keys, where one of them may have a period in it."""
_SETTING = re.compile(r"([a-z_]+\.[a-z_]+): ")
"""A message that begins with its setting."""


@dataclass(frozen=True)
class CheckOptions:
    """Options of a check.

    Attributes:
        opens_model: False where the diffusion model is open already; it is not checked then.
    """

    opens_model: bool = True


class Problems:
    """Collects the problems of a film, each once."""

    def __init__(self, draft: RawPreset) -> None:
        """Starts without problems; `draft` has the places of the settings."""
        self.hint: Hint | None = None
        """What to do about a problem, where that depends on how animator is used."""
        self._draft = draft
        self._problems: dict[Problem, None] = {}

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems)

    def add(self, setting: Setting, message: str) -> None:
        """Adds a problem of a setting such as `init.image`."""
        keys = tuple(setting.split(".")) if isinstance(setting, str) else setting
        shown = message.removeprefix(f"{'.'.join(keys)}: ")
        self._problems[Problem.of(self._draft.where(keys), keys, shown)] = None

    @contextmanager
    def at(self, setting: Setting, where: str = "") -> Iterator[None]:
        """Adds the errors of a block as problems of a setting.

        Args:
            setting: The setting.
            where: Text before the message, such as `frame 3`.
        """
        try:
            yield
        except PresetError as error:
            for problem in error.problems:
                self.add(problem.keys or problem.path or setting, problem.message)
        except AnimatorError as error:
            named = _SETTING.match(error.message)
            if named and tuple(named[1].split(".")) in self._draft.places:
                setting = named[1]
            message = error.message if self._takes(error.hint) else str(error)
            self.add(setting, f"{where}: {message}" if where else message)

    def _takes(self, hint: Hint | None) -> bool:
        """Returns True for a hint that the error of the whole film carries, and its problem need not."""
        if hint is None or isinstance(hint, ChangeSetting):
            return False
        self.hint = self.hint or hint
        return self.hint == hint


@dataclass(frozen=True)
class FilmToCheck:
    """A film to check.

    Attributes:
        animation: The film; settings that are wrong have their defaults.
        options: Options of the check.
        problems: The problems found so far.
        broken: Paths of the settings that are wrong.
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
    with film.problems.at("prompts"):
        if film.timeline is None:
            Timeline(film.animation)
