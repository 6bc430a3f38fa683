"""The form of the settings of a training: common ones first, the others in groups that open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui
from nicegui.element import Element

from animator.jobs.trainings.settings import training_groups
from animator.settings.catalog import Setting
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.fields import SettingField
from animator.studio.generate.image_values import value_at
from animator.studio.generate.opening import opening
from animator.studio.generate.session import ImageSession

KIND = "kind"
_CONCEPT = "concepts.0"


@dataclass(frozen=True)
class Section:
    """Settings below a common title.

    Attributes:
        title: The title.
        paths: The settings.
        kinds: Kinds of trainings that have them; empty for all.
    """

    title: str
    paths: tuple[str, ...]
    kinds: tuple[str, ...] = ()


def _all_of(group: str) -> tuple[str, ...]:
    return tuple(setting.path for setting in training_groups()[group].settings)


MAIN = (KIND, "name", "model", f"{_CONCEPT}.prompt")
COMMON = ("steps", "rate", "size", "batch", "seed")
SECTIONS = (
    Section("Dreambooth", _all_of("dreambooth"), ("dreambooth",)),
    Section("LoRA", _all_of("lora"), ("lora",)),
    Section("Embedding", _all_of("embedding"), ("embedding",)),
    Section("Hypernetwork", _all_of("hypernetwork"), ("hypernetwork",)),
    Section("Captions and images", (*_all_of("data"), f"{_CONCEPT}.repeats")),
    Section(
        "Images of the class",
        (
            f"{_CONCEPT}.class_prompt",
            f"{_CONCEPT}.class_folder",
            f"{_CONCEPT}.class_images",
            "loss.prior_weight",
        ),
        ("lora", "dreambooth", "hypernetwork"),
    ),
    Section("Previews", _all_of("preview")),
    Section("Text encoder", ("text_encoder", "text_rate", "clip_skip"), ("lora", "dreambooth")),
    Section("Optimizer and loss", (*_all_of("optimizer"), "accumulate", "loss.noise_offset", "loss.min_snr")),
    Section("Flow-matching models", _all_of("flow"), ("lora",)),
    Section("Model and memory", ("architecture", "precision", "gradient_checkpointing", "save_every")),
    Section("Result", ("trigger", "overwrite")),
)
"""The settings that are neither common ones nor those of the data."""
FILLED = ("steps", "rate", "size", "preview.steps", "preview.cfg_scale", "preview.size")
"""Settings that get what suits kind and model where they are left open."""


class TrainingForm:
    """Builds fields of settings.

    Args:
        session: The settings.
        known: Names that a setting may have, by its path.
    """

    def __init__(self, session: ImageSession, known: Mapping[str, Sequence[str]]) -> None:
        self._session = session
        self._known = known
        self._t = session.page.t

    def field(self, path: str) -> SettingField:
        """Adds the field of a setting such as `lora.rank`."""
        return SettingField(self._session, path, setting_of(path), self._known.get(path, ()))

    def fields(self, paths: Sequence[str]) -> None:
        """Adds the fields of some settings, side by side where there is room."""
        with ui.element("div").classes("generate-fields"):
            for path in paths:
                self.field(path)

    def sections(self) -> None:
        """Adds what is not common, in groups that open; those of other kinds of trainings are not shown."""
        for section in SECTIONS:
            with ui.element("div") as place:
                opening(self._session, section.title, section.paths, partial(self.fields, section.paths))
            if section.kinds:
                self._session.watch(place, _shown_for(place, section.kinds))


def _shown_for(place: Element, kinds: tuple[str, ...]) -> Callable[[ImageAnalysis], object]:
    def show(analysis: ImageAnalysis) -> None:
        kind = value_at(analysis.values, KIND)
        place.set_visibility((setting_of(KIND).default if kind is None else kind) in kinds)

    return show


def setting_of(path: str) -> Setting:
    """Returns the description of a setting such as `lora.rank` or `concepts.0.prompt`."""
    *groups, name = [part for part in path.split(".") if not part.isdecimal()]
    settings = training_groups()[groups[0] if groups else ""].settings
    return next(setting for setting in settings if setting.name == name)
