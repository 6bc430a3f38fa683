"""`JobRequest`: what a job is asked to render, as plain values that can be kept in a database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from animator.errors import UserError

MIN_PRIORITY, MAX_PRIORITY = -1000, 1000
MAX_LABELS, MAX_LABEL_LENGTH = 50, 500


@dataclass(frozen=True)
class JobRequest:
    """What to render. One of `preset`, `settings` and `run` is given.

    Attributes:
        preset: A preset: a mapping, YAML text (with a line break), or the path or name of one.
        settings: Deforum settings: a mapping, or the JSON text of a settings file.
        run: A run folder to go on with.
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
    run: str | None = None
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
        given = [name for name in ("preset", "settings", "run") if getattr(self, name) is not None]
        if len(given) != 1:
            raise UserError(
                f"a job has {' and '.join(given) or 'no film'}; expected one of preset, settings and run"
            )
        if not MIN_PRIORITY <= self.priority <= MAX_PRIORITY:
            raise UserError(
                f"priority {self.priority}: expected a number from {MIN_PRIORITY} to {MAX_PRIORITY}"
            )
        long = [key for key, value in self.labels.items() if len(key) + len(value) > MAX_LABEL_LENGTH]
        if long or len(self.labels) > MAX_LABELS:
            raise UserError(
                f"labels: {len(self.labels)}, some of them long; "
                f"expected at most {MAX_LABELS}, each of at most {MAX_LABEL_LENGTH} characters with its value"
            )

    def plain(self) -> dict[str, Any]:
        """Returns the request as JSON values."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "JobRequest":
        """Returns the request of JSON values that `plain` returned."""
        return cls(**values)
