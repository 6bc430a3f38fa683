"""The page on which single images are generated."""

from pathlib import Path

from nicegui import ui

from animator.studio.generate.form import ImageForm
from animator.studio.generate.grid_panel import GridPanel
from animator.studio.generate.image_actions import ImageActions
from animator.studio.generate.inputs import InputPanel
from animator.studio.generate.inventory import inventory_of
from animator.studio.generate.results import Results
from animator.studio.generate.run_panel import RunPanel
from animator.studio.generate.session import open_image_draft
from animator.studio.generate.start import text_from
from animator.studio.generate.text_panel import TextPanel
from animator.studio.shell import Page, unseen_heading
from animator.studio.telling import telling

CSS = Path(__file__).with_name("generate.css")


async def generate_page(page: Page) -> None:
    """Builds the page: prompt above, settings beside the input and the images where there is room."""
    unseen_heading(page.t("Generate"))
    ui.add_css(CSS)
    t = page.t
    session = await open_image_draft(page, await _start(page))
    inventory = await page.studio.run(inventory_of, page.studio.server)
    form = ImageForm(session, inventory)
    with ui.element("div").classes("generate-page"):
        with ui.element("section").classes("studio-panel generate-prompts") as prompts:
            prompts.props["aria-label"] = t("Prompts")
            prompt = form.field("prompt").element
            form.field("negative_prompt")
            run = RunPanel(session)
        with ui.element("section").classes("studio-panel generate-settings"):
            add_heading(t("Settings"))
            form.common()
            add_heading(t("More"))
            form.more()
            with ui.expansion(t("Grid of two settings")).props(
                "dense data-testid=generate-grid"
            ) as expansion:
                grid = GridPanel(session)
            expansion.classes("generate-group")
            with ui.expansion(t("As text")).props("dense data-testid=generate-as-text") as expansion:
                TextPanel(session)
            expansion.classes("generate-group")
        with ui.element("section").classes("studio-panel generate-input"):
            add_heading(t("Generate from"))
            inputs = InputPanel(session, form)
        with ui.element("section").classes("studio-panel generate-results"):
            add_heading(t("Images"))
            Results(session, ImageActions(session, inventory, inputs.open))
        run.connect(inputs, grid, prompt)


async def _start(page: Page) -> str | None:
    """Returns the settings that the URL asks for; None where it asks for none, or they cannot be had."""
    studio, item = page.studio, page.request.query_params.get("from")
    if item is None:
        return None
    ui.navigate.history.replace(page.request.url.path)  # so that a reload keeps what is changed from here on
    with telling(page.t):
        text, notes = await studio.run(text_from, item, studio.server.gallery, studio.server.uploads)
        for note in notes:
            ui.notify(note, multi_line=True, close_button=page.t("Close"))
        return text
    return None


def add_heading(text: str) -> None:
    """Adds the heading of a part of the page."""
    ui.label(text).classes("generate-heading").props("role=heading aria-level=2")
