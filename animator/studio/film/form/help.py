"""Help about a setting: what it does, what can be given, its default, its name in Deforum."""

from nicegui import ui

from animator.presets.deforum.names import deforum_names
from animator.settings.catalog import Setting
from animator.studio.film.form.groups import KIND_WORDS, range_of
from animator.studio.film.form.spelling import spell
from animator.studio.labels import Translate


def show_help(setting: Setting, t: Translate) -> None:
    """Builds the help about a setting."""
    if setting.description:
        ui.label(t(setting.description)).classes("studio-wrap")
    with ui.element("dl").classes("form-facts"):
        for name, value in _facts(setting, t):
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(value).classes("studio-wrap studio-mono")


def _facts(setting: Setting, t: Translate) -> list[tuple[str, str]]:
    kind = KIND_WORDS.get(setting.kind)
    values = "; ".join(filter(None, (t(kind) if kind else "", range_of(setting))))
    default = spell(setting.kind, setting.default)
    deforum = ", ".join(
        f"{one.name} ({one.switch})" if one.switch else one.name for one in deforum_names(setting.path)
    )
    facts = (
        (t("Values"), values),
        (t("Default"), t("empty") if default == "" else default),
        (t("In the YAML"), setting.path),
        (t("In Deforum"), deforum),
    )
    return [(name, value) for name, value in facts if value]
