"""`Problem`: one of the mistakes that a `PresetError` reports."""

from dataclasses import dataclass, field

MAX_SHOWN = 20
"""Problems that the message of an error lists; the rest are counted."""


@dataclass(frozen=True)
class Problem:
    """One mistake in a preset.

    Attributes:
        where: Place in the file, such as `film.yaml:12:3`.
        path: The setting, such as `diffusion.strength`; empty for the file as a whole.
        message: What was there, what is expected, what to do.
        keys: The keys of `path`, where one of them may have a period in it; empty where none has.
    """

    where: str
    path: str
    message: str
    keys: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of(cls, where: str, keys: tuple[str, ...], message: str) -> "Problem":
        """Returns the problem of the setting that some keys lead to."""
        return cls(where, ".".join(keys), message, keys)

    @property
    def setting(self) -> tuple[str, ...]:
        """The keys that lead to the setting; none for the whole."""
        return self.keys or (tuple(self.path.split(".")) if self.path else ())

    @property
    def pointer(self) -> str:
        """The setting as a JSON pointer (RFC 6901), such as `/prompts/60`; empty for the whole."""
        return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in self.setting)

    def __str__(self) -> str:
        head = f"{self.where}: {self.path}" if self.path else self.where
        return f"{head}: {self.message}".replace("\n", "\n    ")
