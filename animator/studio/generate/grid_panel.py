"""A grid: two settings, the values that they take, and a sheet of the images of all combinations."""

from nicegui import ui

from animator.generation.catalog import image_groups
from animator.presets.grid import grid_of
from animator.settings.setting_kinds import SettingKind
from animator.studio.generate.session import ImageSession

_NO_AXES = (SettingKind.FOLDERS, SettingKind.TEXTS, SettingKind.FILE)
AXES = ("columns", "rows")


class GridPanel:
    """The axes of a grid.

    Args:
        session: The settings, of which the page makes a grid.
    """

    def __init__(self, session: ImageSession) -> None:
        t = session.page.t
        names = {
            setting.path: f"{t(group.title)}: {t(setting.title)}" if group.name else t(setting.title)
            for group in image_groups().values()
            if not group.is_list
            for setting in group.settings
            if setting.kind not in _NO_AXES
        }
        self._settings: list[ui.select] = []
        self._values: list[ui.input] = []
        for axis, title in zip(AXES, (t("Columns"), t("Rows")), strict=True):
            with ui.element("div").classes("generate-axis"):
                setting = ui.select({"": t("none"), **names}, value="", label=title)
                setting.props(f"dense outlined stack-label options-dense data-testid=generate-{axis}")
                values = ui.input(t("Values"))
                values.props(f"dense outlined stack-label data-testid=generate-{axis}-values")
                values.props["placeholder"] = "2, 4, 6"
            self._settings.append(setting)
            self._values.append(values)

    def axes(self) -> tuple[str, ...]:
        """Returns the axes, such as `cfg_scale=2,4,6`; none where no setting is chosen.

        Raises:
            UserError: An axis has no values, or there are too many combinations.
        """
        chosen = zip(self._settings, self._values, strict=True)
        axes = tuple(f"{setting.value}={values.value or ''}" for setting, values in chosen if setting.value)
        grid_of(axes, None, ())
        return axes
