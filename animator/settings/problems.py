"""`Problems`: collects the problems of settings, each with the place where the setting was written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from animator.errors import AnimatorError, ChangeSetting, Hint, PresetError, Problem
from animator.settings.raw import RawPreset

Setting = str | tuple[str, ...]
"""A setting such as `init.image`, or its keys, where one of them may have a period in it."""
_SETTING = re.compile(r"([a-z_]+\.[a-z_]+): ")
"""A message that begins with its setting."""


class Problems:
    """Collects the problems of settings, each once."""

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
        """Returns True for a hint that the error of the whole carries, and its problem need not."""
        if hint is None or isinstance(hint, ChangeSetting):
            return False
        self.hint = self.hint or hint
        return self.hint == hint
