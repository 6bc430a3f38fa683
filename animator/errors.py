"""Every error that a person may see.

    AnimatorError                 exit 1: something failed
    ├── UserError                 exit 2: what was asked for cannot be done as written
    │   ├── PresetError           problems of a preset or settings file, all together
    │   ├── RunError              a run folder that cannot be used as asked
    │   ├── ModelError            a model that is missing, broken or of the wrong kind
    │   └── PluginError           something that another package should offer is missing or broken
    └── VideoError                ffmpeg failed; carries the end of what it said

A message says where (file, path, column or frame), what was there, what is expected, what to do.
"""

from dataclasses import dataclass


class AnimatorError(Exception):
    """The root: whatever animator raises on purpose."""

    exit_code = 1


class UserError(AnimatorError):
    """What was asked for cannot be done as written; nothing was changed."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One mistake in a preset.

    Attributes:
        where: Place for a person, such as `film.yaml:12:3`.
        path: The setting, such as `diffusion.strength`; empty for the file as a whole.
        message: What was there, what is expected, what to do.
    """

    where: str
    path: str
    message: str

    def __str__(self) -> str:
        head = f"{self.where}: {self.path}" if self.path else self.where
        return f"{head}: {self.message}".replace("\n", "\n    ")


class PresetError(UserError):
    """All problems of one preset, found before any model loads."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source = source
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([f"{count} in {source}", *(f"  {p}".replace("\n", "\n  ") for p in problems)])
        )


class RunError(UserError):
    """A run folder that cannot be used as asked; its finished frames are untouched."""


class ModelError(UserError):
    """A model that is missing, broken or of the wrong kind."""


class PluginError(UserError):
    """Something that an installed package should offer is missing or broken."""


class VideoError(AnimatorError):
    """ffmpeg failed; the message carries the end of what it wrote to standard error."""
