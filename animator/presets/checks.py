"""Checks, before any model loads, that what a preset names exists: models, depth networks, wildcard files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from animator.errors import Problem, UserError
from animator.models.depth import names as depth_names
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.plugin import find_plugin
from animator.models.folders import model_folders
from animator.settings import Diffusion, wildcards
from animator.settings.paths import search_hint
from animator.settings.raw import RawPreset


@dataclass(frozen=True)
class Check:
    """A check of what a setting names.

    Attributes:
        setting: Path of the setting, such as `("depth", "model")`; problems are reported there.
        run: Takes a draft's values; raises a UserError if something they name does not exist.
        may_be_a_file: True adds the searched folders to a problem.
    """

    setting: tuple[str, ...]
    run: Callable[[Mapping[str, Any]], None]
    may_be_a_file: bool = False

    def problems(self, draft: RawPreset) -> list[Problem]:
        """Returns the problem of a draft's setting, if any."""
        try:
            self.run(draft.values)
        except UserError as error:
            name = self.value(draft.values)
            searched = search_hint(str(name), draft.folders.get(self.setting)) if self.may_be_a_file else ""
            return [Problem.of(draft.where(self.setting), self.setting, f"{error}{searched}")]
        return []

    def value(self, values: Mapping[str, Any]) -> Any:
        """Returns the setting's value; None if it is not set."""
        here: Any = values
        for name in self.setting:
            here = here.get(name) if isinstance(here, Mapping) else None
        return here


def problems_of(draft: RawPreset) -> list[Problem]:
    """Returns the problems of everything that a draft names and that must exist."""
    return [problem for check in CHECKS for problem in check.problems(draft)]


def library_of(values: Mapping[str, Any]) -> Library:
    """Returns the model library of a draft."""
    group = values.get("diffusion")
    folders = group.get("model_folders") if isinstance(group, Mapping) else None
    named = folders if isinstance(folders, list | tuple) else Diffusion().model_folders
    return Library(model_folders(map(str, named)))


def _model(values: Mapping[str, Any]) -> None:
    model = values.get("model", STARTER)
    library = library_of(values)
    if isinstance(model, str) and model.strip() and find_plugin(model, library) is None:
        find_checkpoint(model, library)


def _depth(values: Mapping[str, Any]) -> None:
    group = values.get("depth")
    name = group.get("model") if isinstance(group, Mapping) else None
    if isinstance(name, str):
        depth_names.check(name)


CHECKS = (
    Check(("model",), _model, may_be_a_file=True),
    Check(("depth", "model"), _depth, may_be_a_file=True),
    *(Check((name,), partial(wildcards.check, setting=name)) for name in wildcards.TEXTS),
)
