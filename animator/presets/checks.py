"""What a preset names that is looked up before any model loads: models, depth networks, wildcard files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from animator.errors import Problem, UserError
from animator.models.depth import names as depth_names
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.plugin import offer_of
from animator.models.folders import model_folders
from animator.settings import Diffusion, wildcards
from animator.settings.paths import search_hint
from animator.settings.raw import RawPreset


@dataclass(frozen=True)
class Check:
    """Looks up what a setting names.

    Attributes:
        setting: Its path, such as `("depth", "model")`; problems are told there.
        look: Given a draft's values, raises a UserError where one names what is not there.
        may_be_a_file: True adds to a problem where files were looked for.
    """

    setting: tuple[str, ...]
    look: Callable[[Mapping[str, Any]], None]
    may_be_a_file: bool = False

    def problems(self, draft: RawPreset) -> list[Problem]:
        """The problem of a draft's setting, or none."""
        try:
            self.look(draft.values)
        except UserError as error:
            name = self.given(draft.values)
            looked = search_hint(str(name), draft.folders.get(self.setting)) if self.may_be_a_file else ""
            return [Problem(draft.where(self.setting), ".".join(self.setting), f"{error}{looked}")]
        return []

    def given(self, values: Mapping[str, Any]) -> Any:
        """The setting's value; None where there is none."""
        here: Any = values
        for name in self.setting:
            here = here.get(name) if isinstance(here, Mapping) else None
        return here


def problems_of(draft: RawPreset) -> list[Problem]:
    """The problems of everything that a draft names and that is looked up."""
    return [problem for check in CHECKS for problem in check.problems(draft)]


def library_of(values: Mapping[str, Any]) -> Library:
    """The model folders of a draft; whether a pickled file may be read is asked when it is opened."""
    group = values.get("diffusion")
    folders = group.get("model_folders") if isinstance(group, Mapping) else None
    named = folders if isinstance(folders, list | tuple) else Diffusion().model_folders
    return Library(model_folders(map(str, named)), allow_pickle=True)


def _model(values: Mapping[str, Any]) -> None:
    model = values.get("model", STARTER)
    library = library_of(values)
    if isinstance(model, str) and model.strip() and offer_of(model, library) is None:
        find_checkpoint(model, library)


def _depth(values: Mapping[str, Any]) -> None:
    group = values.get("depth")
    name = group.get("model") if isinstance(group, Mapping) else None
    if isinstance(name, str):
        depth_names.check(name)


CHECKS = (
    Check(("model",), _model, may_be_a_file=True),
    Check(("depth", "model"), _depth, may_be_a_file=True),
    Check(("prompts",), wildcards.check),
)
