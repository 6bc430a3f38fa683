"""The section of a film's settings: its prompts, and the form of everything else."""

from nicegui import ui

from animator.studio.film.edits import Edits
from animator.studio.film.form.field import Form
from animator.studio.film.form.groups import known_groups
from animator.studio.film.form.panel import form_style, settings_form
from animator.studio.film.prompts.panel import prompts_panel
from animator.studio.film.session import DraftSession

PROMPTS, SETTINGS = "prompts", "settings"


async def settings_section(session: DraftSession) -> None:
    """Builds the prompts and the form of the settings, one of which is shown."""
    form_style()
    await session.page.studio.run(known_groups)  # looks through the settings' classes the first time
    t = session.page.t
    titles = {PROMPTS: t("Prompts"), SETTINGS: t("Settings")}
    with ui.tabs().props("dense no-caps align=left") as tabs:
        for name, title in titles.items():
            ui.tab(name, title).props(f"data-testid=tab-{name}")
    tabs.classes("settings-tabs")
    tabs.set_value(PROMPTS)

    def show_prompts() -> None:
        tabs.set_value(PROMPTS)

    form = Form(session, Edits(session), show_prompts)
    panels = {name: _panel(name, title) for name, title in titles.items()}
    with panels[PROMPTS]:
        prompts_panel(form)
    with panels[SETTINGS]:
        settings_form(form)

    def show(name: object) -> None:
        for one, panel in panels.items():
            panel.set_visibility(one == name)

    tabs.on_value_change(lambda event: show(event.value))
    show(PROMPTS)


def _panel(name: str, title: str) -> ui.element:
    panel = ui.element("div").classes("form-scroll").props(f"role=tabpanel data-testid=panel-{name}")
    panel.props["aria-label"] = title
    return panel
