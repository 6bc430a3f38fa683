"""Which schedules cannot be shown, because their text has a problem, and at which line it is."""

import re
from collections.abc import Iterable

from animator.errors import Problem
from animator.studio.labels import Translate

TIME = ("frames", "fps", "bpm", "first_beat", "beats_per_bar", "markers", "signals", "compat", "mode")
"""Settings that every schedule depends on."""
_LINE = re.compile(r":(\d+):\d+$")


def problem_of(path: str, problems: Iterable[Problem]) -> Problem | None:
    """Returns the first problem because of which a schedule cannot be shown, if there is one.

    Args:
        path: The schedule's setting; empty asks for problems of all of them.
        problems: Those of the film.
    """
    keys = tuple(path.split(".")) if path else ()
    return next((problem for problem in problems if _concerns(problem, keys)), None)


def note_of(problem: Problem, t: Translate) -> str:
    """Returns what is shown in place of a schedule."""
    line = _LINE.search(problem.where)
    place = t("not shown: see line {line}").format(line=line[1]) if line else t("not shown")
    return f"{place}: {problem.message}"


def _concerns(problem: Problem, keys: tuple[str, ...]) -> bool:
    own = problem.setting
    if not own or (len(own) == 1 and own[0] in TIME):
        return True
    shared = min(len(own), len(keys))
    return bool(keys) and own[:shared] == keys[:shared]
