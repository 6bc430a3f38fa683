"""The form of the settings of images: common ones first, the others in groups that open."""

from dataclasses import dataclass
from functools import partial

from nicegui import ui

from animator.generation.catalog import image_groups
from animator.settings.catalog import Setting
from animator.studio.generate.analysis import ImageAnalysis
from animator.studio.generate.fields import SettingField, show_problem
from animator.studio.generate.image_values import value_at
from animator.studio.generate.inventory import Inventory
from animator.studio.generate.opening import opening
from animator.studio.generate.sampler_fields import sampler_fields
from animator.studio.generate.session import ImageSession
from animator.studio.generate.unit_fields import UNITS, UnitFields
from animator.studio.icon_button import icon_button

SIZES = ((512, 512), (512, 768), (768, 512), (1024, 1024), (832, 1216), (1216, 832), (768, 1344), (1344, 768))


@dataclass(frozen=True)
class Section:
    """Settings below a common title.

    Attributes:
        title: The title.
        paths: The settings.
        switch: The group that is on where it is given; empty for none.
    """

    title: str
    paths: tuple[str, ...]
    switch: str = ""


def _all_of(group: str) -> tuple[str, ...]:
    return tuple(setting.path for setting in image_groups()[group].settings)


SECTIONS = (
    Section("Variations", ("subseed", "subseed_strength", "seed_resize")),
    Section("Second pass (hires)", _all_of("hires")),
    Section("Guidance", ("cfg_rescale", "distilled_cfg_scale", "image_cfg_scale", "clip_skip")),
    Section("Noise", ("ddim_eta", "ancestral_eta")),
    Section("Tiling and precision", ("tiling", "exact", "memory")),
    Section("Refiner", _all_of("refiner")),
    Section("Faces", _all_of("face_restoration")),
    Section("FreeU", _all_of("freeu"), "freeu"),
    Section("Deep shrink", _all_of("deep_shrink"), "deep_shrink"),
    Section(
        "Files and folders", ("vae", "parts", "text_encoders", "styles_file", "depth_model", "model_folders")
    ),
)
"""The settings that are neither common ones nor those of the input."""


class ImageForm:
    """Builds fields of settings.

    Args:
        session: The settings.
        inventory: The names that fields suggest.
    """

    def __init__(self, session: ImageSession, inventory: Inventory) -> None:
        self._session = session
        self._inventory = inventory
        self._t = session.page.t

    def field(self, path: str) -> SettingField:
        """Adds the field of a setting such as `hires.scale` or `controlnet.0.weight`."""
        return SettingField(self._session, path, setting_of(path), self._inventory.suggestions(path))

    def fields(self, paths: tuple[str, ...]) -> None:
        """Adds the fields of some settings, side by side where there is room."""
        with ui.element("div").classes("generate-fields"):
            for path in paths:
                self.field(path)

    def common(self) -> None:
        """Adds the settings that most images need."""
        with ui.element("div").classes("generate-fields"):
            self.field("model")
            sampler_fields(self._session, self._inventory)
            self.field("steps")
            self.field("cfg_scale")
            self._size()
            self._seed()
            self.field("batch")
            self.field("count")
        if self._inventory.styles:
            self._styles()

    def more(self) -> None:
        """Adds all others, in groups that open."""
        for section in SECTIONS:
            opening(self._session, section.title, section.paths, partial(self._section, section))
        for kind in UNITS:
            opening(
                self._session,
                kind.title,
                (kind.group,),
                partial(UnitFields, kind, self._session, self.field),
            )

    def _section(self, section: Section) -> None:
        if section.switch:
            self._switch(section.switch)
        self.fields(section.paths)

    def _switch(self, group: str) -> None:
        def turn(*, on: bool) -> None:
            if on != (value_at(self._session.values, group) is not None):
                self._session.change({group: {} if on else None})

        switch = ui.switch(self._t("On"), on_change=lambda event: turn(on=event.value))
        switch.props(f"data-testid=generate-{group.replace('_', '-')}-on")
        self._session.watch(
            switch, lambda analysis: switch.set_value(value_at(analysis.values, group) is not None)
        )

    def _size(self) -> None:
        with self.field("size").element.add_slot("append"):
            with icon_button("aspect_ratio", self._t("Common sizes"), is_small=True), ui.menu():
                for size in SIZES:
                    change = partial(self._session.change, {"size": list(size)})
                    ui.menu_item(f"{size[0]} x {size[1]}", change)
            icon_button("swap_horiz", self._t("Swap width and height"), self._swap, is_small=True)

    def _swap(self) -> None:
        size = value_at(self._session.values, "size")
        if isinstance(size, list):
            self._session.change({"size": size[::-1]})

    def _seed(self) -> None:
        with self.field("seed").element.add_slot("append"):
            another = partial(self._session.change, {"seed": None})
            icon_button("casino", self._t("Another seed each time"), another, is_small=True)

    def _styles(self) -> None:
        def chosen(value: list[str]) -> None:
            if value != (value_at(self._session.values, "styles") or []):
                self._session.change({"styles": value or None})

        styles = ui.select(
            list(self._inventory.styles),
            label=self._t("Styles"),
            multiple=True,
            on_change=lambda event: chosen(event.value),
        )
        styles.props("stack-label dense outlined use-chips data-testid=generate-styles")

        def show(analysis: ImageAnalysis) -> None:
            value = value_at(analysis.values, "styles")
            styles.set_value(value if isinstance(value, list) else [])
            show_problem(styles, analysis.problem_of("styles"))

        self._session.watch(styles, show)


def setting_of(path: str) -> Setting:
    """Returns the description of a setting such as `hires.scale` or `controlnet.0.weight`."""
    *groups, name = [part for part in path.split(".") if not part.isdecimal()]
    settings = image_groups()[groups[0] if groups else ""].settings
    return next(setting for setting in settings if setting.name == name)
