"""`JobRequest`: what a job is asked to render or train, as plain values that can be kept in a database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.errors import UserError

MIN_PRIORITY, MAX_PRIORITY = -1000, 1000
MAX_LABELS, MAX_LABEL_LENGTH = 50, 500
SOURCES = ("preset", "settings", "run", "training")


@dataclass(frozen=True)
class JobRequest:
    """What to render or train. One of `preset`, `settings`, `run` and `training` is given.

    Attributes:
        preset: A preset: a mapping, YAML text (with a line break), or the path or name of one.
        settings: Deforum settings: a mapping, or the JSON text of a settings file.
        options: Options of Deforum's web UI that come with the settings; None for none.
        run: A run folder to go on with.
        training: Settings of a training, with the structure of `TrainingSettings`.
        overrides: Settings in place of those, such as `{"diffusion.steps": 12}`.
        start: Frame from which a run is rendered again; None goes on where it stopped.
        folder: The run folder; None makes one in the renders folder.
        outdir: Folder in which the files also get the names that Deforum gives them; before the film begins,
            the one in which that folder is to be made. None for none.
        timestring: Beginning of those names; empty before the film begins.
        priority: Jobs with a higher one begin first.
        labels: Names and values to find the job by.
        client: What a client's own protocol has to remember of the job; JSON values.
    """

    preset: Mapping[str, Any] | str | None = None
    settings: Mapping[str, Any] | str | None = None
    options: Mapping[str, Any] | None = None
    run: str | None = None
    training: Mapping[str, Any] | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    start: int | None = None
    folder: str | None = None
    outdir: str | None = None
    timestring: str = ""
    priority: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks that the request is one.

        Raises:
            UserError: It is not.
        """
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise UserError(
                f"a job has {' and '.join(given) or 'no film'}; expected one of preset, settings, run and "
                "training"
            )
        check_priority(self.priority)
        if self.start is not None and self.start < 0:
            raise UserError(f"start {self.start}: expected a frame of the run, from 0 on")
        try:
            self.text().encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise UserError(f"the job holds a value that JSON does not have: {error}") from error
        if not all(isinstance(text, str) for item in self.labels.items() for text in item):
            raise UserError("labels: have names or values that are not texts; put them in quotes")
        long = [key for key, value in self.labels.items() if len(key) + len(value) > MAX_LABEL_LENGTH]
        if long or len(self.labels) > MAX_LABELS:
            raise UserError(
                f"labels: {len(self.labels)}, some of them long; "
                f"expected at most {MAX_LABELS}, each of at most {MAX_LABEL_LENGTH} characters with its value"
            )

    def text(self) -> str:
        """Returns the request as JSON."""
        return json.dumps(vars(self), ensure_ascii=False, default=_plain)

    @classmethod
    def from_text(cls, text: str) -> "JobRequest":
        """Returns the request of JSON that `text` returned."""
        return cls(**json.loads(text))


def check_priority(priority: int) -> None:
    """Checks that a priority is one; raises a UserError where it is not."""
    if not MIN_PRIORITY <= priority <= MAX_PRIORITY:
        raise UserError(f"priority {priority}: expected a number from {MIN_PRIORITY} to {MAX_PRIORITY}")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r:.60}; expected texts, numbers, lists and mappings")
