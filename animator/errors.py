"""Every error that a user may see.

    AnimatorError                 exit 1: something failed
    ├── UserError                 exit 2: the request cannot be carried out as written
    │   ├── PresetError           all problems of a preset or settings file
    │   ├── RunError              a run folder that cannot be used as requested
    │   ├── ModelError            a model that is missing, broken or of the wrong kind
    │   ├── JobNotFoundError      a job that is not there
    │   ├── JobStateError         a job that does not allow what is asked of it in its state
    │   ├── QueueFullError        no more jobs are taken at the moment
    │   └── PluginError           something that another package should offer is missing or broken
    ├── JobStoreError             the file of the jobs cannot be read or written
    └── VideoError                ffmpeg failed; carries the end of its output

A message says where (file, path, column or frame), what was there, what is expected, what to do. Where the
remedy depends on how animator is used, the error carries it as a `Hint`: the command line words it with its
options, and `str(error)` says it in plain English.
"""

from dataclasses import dataclass
from pathlib import Path

from animator.problem import MAX_SHOWN
from animator.problem import Problem as Problem


@dataclass(frozen=True)
class Hint:
    """A remedy for an error, as data; `str(hint)` is a plain sentence without a period."""


@dataclass(frozen=True)
class ChooseOutput(Hint):
    """Write to another folder."""

    def __str__(self) -> str:
        return "Choose another folder"


@dataclass(frozen=True)
class ForceOrChooseOutput(Hint):
    """Replace the file all the same, or write to another one."""

    def __str__(self) -> str:
        return "Choose another name, or have the file replaced"


@dataclass(frozen=True)
class Resume(Hint):
    """Resume the run in a folder.

    Attributes:
        folder: The run folder.
    """

    folder: Path

    def __str__(self) -> str:
        return f"Resume the run in {self.folder}"


@dataclass(frozen=True)
class ResumeOrChooseOutput(Hint):
    """Resume the run in a folder, or write to another one.

    Attributes:
        folder: The run folder.
    """

    folder: Path

    def __str__(self) -> str:
        return f"Resume the run in {self.folder}, or choose another folder"


@dataclass(frozen=True)
class ResumeFrom(Hint):
    """Render a run again from an earlier frame.

    Attributes:
        folder: The run folder.
        frame: The first frame to render again.
    """

    folder: Path
    frame: int

    def __str__(self) -> str:
        return f"Render the run in {self.folder} again from frame {self.frame}"


@dataclass(frozen=True)
class ResumeBatch(Hint):
    """Resume the batch in a folder, or write to another one.

    Attributes:
        folder: The batch's folder.
    """

    folder: Path

    def __str__(self) -> str:
        return f"Resume the batch in {self.folder}, or choose another folder"


@dataclass(frozen=True)
class AcceptChangedInputs(Hint):
    """Resume a run although files that it reads have changed."""

    def __str__(self) -> str:
        return "Or accept the changed files, and resume with them"


@dataclass(frozen=True)
class ChangeSetting(Hint):
    """Give a setting another value.

    Attributes:
        path: The setting, such as `diffusion.memory`.
        value: The value as YAML; a word in capitals stands for one that the user knows.
    """

    path: str
    value: str

    def __str__(self) -> str:
        return f"Set {self.path} to {self.value}"


@dataclass(frozen=True)
class AllowPickle(Hint):
    """Allow pickled weights to be read, by torch's restricted reader."""

    def __str__(self) -> str:
        return (
            "Use the .safetensors file, or allow pickled weights, which are read by torch's restricted reader"
        )


@dataclass(frozen=True)
class AllowCode(Hint):
    """Allow a model that is a program to run."""

    def __str__(self) -> str:
        return "If you trust its source, allow it to run; it can do whatever you can"


@dataclass(frozen=True)
class AllowDownload(Hint):
    """Allow downloads from public addresses."""

    def __str__(self) -> str:
        return "Download it yourself and name the file, or allow downloads"


@dataclass(frozen=True)
class AllowHost(Hint):
    """Allow connections to a host in a private network.

    Attributes:
        host: Its name or address.
    """

    host: str

    def __str__(self) -> str:
        return f"If it is a host of yours, allow connections to {self.host}"


@dataclass(frozen=True)
class FixJson(Hint):
    """Have the mistakes fixed in a settings file's JSON."""

    def __str__(self) -> str:
        return "The mistake can be fixed automatically"


@dataclass(frozen=True)
class SaveImageAgain(Hint):
    """Have another program write the image anew."""

    def __str__(self) -> str:
        return "Save it again, as PNG, in a program that opens it"


@dataclass(frozen=True)
class GiveSettings(Hint):
    """Name something to make a film from."""

    def __str__(self) -> str:
        return "Give a preset, a settings file, or an image or video whose settings to use"


@dataclass(frozen=True)
class NameExample(Hint):
    """Name one of the examples instead.

    Attributes:
        examples: A sentence that lists them.
        name: The name that was given.
    """

    examples: str
    name: str = ""

    def __str__(self) -> str:
        return self.examples


class AnimatorError(Exception):
    """The root: whatever animator raises on purpose.

    Attributes:
        message: What is wrong, without the hint.
        hint: What to do about it; None where the message says so.
    """

    exit_code = 1

    def __init__(self, message: str, hint: Hint | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else self.with_advice(str(self.hint))

    def with_advice(self, advice: str) -> str:
        """Returns the message followed by the hint in other words."""
        return f"{self.message}. {advice}"


class UserError(AnimatorError):
    """The request cannot be carried out as written; nothing was changed."""

    exit_code = 2


class PresetError(UserError):
    """All problems of one preset, found before any model loads."""

    def __init__(
        self, source: str, problems: tuple[Problem, ...], hint: Hint | None = None, *, more: int = 0
    ) -> None:
        """Initializes the error.

        Args:
            source: The preset.
            problems: Its mistakes; the message lists the first `MAX_SHOWN`.
            hint: What to do about them.
            more: Number of mistakes that are not in `problems`.
        """
        self.source = source
        self.problems = problems
        total = len(problems) + more
        count = "1 problem" if total == 1 else f"{total} problems"
        lines = [f"{count} in {source}", *(f"  {p}".replace("\n", "\n  ") for p in problems[:MAX_SHOWN])]
        lines += [f"  and {total - MAX_SHOWN} more"] if total > MAX_SHOWN else []
        super().__init__("\n".join(lines), hint)

    def with_advice(self, advice: str) -> str:
        """Returns the message followed by the hint, in other words, on a line of its own."""
        return f"{self.message}\n{advice}"


class RunError(UserError):
    """A run folder that cannot be used as requested; its finished frames are untouched."""


class ModelError(UserError):
    """A model that is missing, broken or of the wrong kind."""


class JobStateError(UserError):
    """A job that does not allow what is asked of it in its state."""


class JobNotFoundError(UserError):
    """A job that is not there."""

    def __init__(self, job: str) -> None:
        """Initializes the error for the id of a job."""
        super().__init__(f"job {job:.80}: is not in this renders folder; list the jobs to see which are")


class QueueFullError(UserError):
    """No more jobs are taken at the moment."""


class JobStoreError(AnimatorError):
    """The file of the jobs cannot be read or written at the moment."""


class PluginError(UserError):
    """Something that an installed package should offer is missing or broken."""


class VideoError(AnimatorError):
    """ffmpeg failed; the message carries the end of what it wrote to standard error."""
