"""The page on which a model is taught a style, a thing or a word."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from nicegui import ui

from animator.studio.feed import follow
from animator.studio.generate.inventory import Inventory, inventory_of
from animator.studio.generate.page import CSS, add_heading
from animator.studio.generate.session import FormKind, open_draft
from animator.studio.generate.yaml_text_area import YamlTextArea
from animator.studio.shell import Page, unseen_heading
from animator.studio.train.analysis import analyze_training
from animator.studio.train.data_panel import DataPanel
from animator.studio.train.form import COMMON, FILLED, MAIN, TrainingForm
from animator.studio.train.run_panel import TrainingStart
from animator.studio.train.watch_panel import WatchPanel

TRAINING_COOKIE = "animator_training"
"""Has the id of the draft that a browser showed last."""
_CSS = Path(__file__).with_name("train.css")


async def train_page(page: Page) -> None:
    """Builds the page: what is taught above, settings beside the images and the trainings."""
    t, studio = page.t, page.studio
    unseen_heading(t("Train"))
    ui.add_css(CSS)
    ui.add_css(_CSS)
    analyze = partial(analyze_training, studio.server.options.trained_models)
    kind = FormKind("train", TRAINING_COOKIE, studio.training_drafts, analyze, FILLED)
    session = await open_draft(page, None, kind)
    form = TrainingForm(session, _known(await studio.run(inventory_of, studio.server)))
    with ui.element("div").classes("generate-page train-page"):
        with ui.element("section").classes("studio-panel train-what") as what:
            what.props["aria-label"] = t("What is taught")
            form.fields(MAIN)
            start = ui.element("div")
        with ui.element("section").classes("studio-panel generate-settings"):
            add_heading(t("Settings"))
            form.fields(COMMON)
            form.sections()
            with ui.expansion(t("As text")).props("dense data-testid=train-as-text") as expansion:
                YamlTextArea(session)
            expansion.classes("generate-group")
        with ui.element("section").classes("studio-panel generate-input"):
            add_heading(t("Images"))
            DataPanel(session)
        with ui.element("section").classes("studio-panel generate-results"):
            add_heading(t("Trainings"))
            watch = WatchPanel(page, page.request.query_params.get("job", ""))
        with start:
            TrainingStart(session, watch.choose)
    await follow(page, watch.update)


def _known(inventory: Inventory) -> Mapping[str, tuple[str, ...]]:
    return {"model": inventory.models, "preview.sampler": inventory.samplers}
