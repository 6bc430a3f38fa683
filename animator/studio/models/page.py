"""The page of the models: what is found, and what it is good for."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from nicegui import ui

from animator.core.size_text import size_text
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.inventory import BROKEN_FILE
from animator.models.diffusion.checkpoints.model_info import SHORT
from animator.studio.labels import Translate
from animator.studio.models.listing import ListedModel, list_models
from animator.studio.models.samplers import samplers_panel, schedule_types_panel
from animator.studio.shell import Page, unseen_heading
from animator.studio.telling import copy_text

MAX_SHOWN = 60
"""Models shown at once; a search finds the others."""
PREVIEW_WIDTH = 320
HASH_S = 2.0
"""Time between two looks for hashes, which are computed in the background."""


async def models_page(page: Page) -> None:
    """Builds the page."""
    unseen_heading(page.t("Models"))
    t = page.t
    ui.add_css(Path(__file__).with_name("models.css"))
    with ui.tabs().props("align=left no-caps") as tabs:
        ui.tab("models", t("Models")).props("data-testid=models-tab")
        ui.tab("samplers", t("Samplers")).props("data-testid=samplers-tab")
        ui.tab("schedule_types", t("Schedule types")).props("data-testid=schedule-types-tab")
    with ui.tab_panels(tabs, value="models").classes("models-panels"):
        with ui.tab_panel("models"):
            await _models_panel(page)
        with ui.tab_panel("samplers"):
            samplers_panel(t)
        with ui.tab_panel("schedule_types"):
            schedule_types_panel(t)


async def _models_panel(page: Page) -> None:
    t, folders = page.t, page.studio.server.options.model_folders
    try:
        found = await page.studio.run(list_models, folders)
    except ModelError as error:
        ui.label(str(error)).props("role=alert").classes("studio-bad")
        return
    _folders(folders, t)
    kinds = {"": t("All kinds"), **{model.entry.what: model.entry.what for model in found}}
    with ui.element("div").props("role=search").classes("models-filters"):
        search = ui.input(t("Search name, description, trigger words"))
        search.props("clearable dense outlined debounce=200 data-testid=models-search")
        kind = ui.select(kinds, value="", label=t("Kind")).props("dense outlined data-testid=models-kind")
    count = ui.label().props("aria-live=polite").classes("studio-soft")
    grid = ui.element("div").classes("models-grid")

    def show() -> None:
        chosen = [
            model for model in found if model.has(search.value or "") and kind.value in ("", model.entry.what)
        ]
        count.text = t("Models: {shown} of {count}").format(
            shown=min(len(chosen), MAX_SHOWN), count=len(found)
        )
        grid.clear()
        with grid:
            _cards(page, chosen[:MAX_SHOWN])

    search.on_value_change(show)
    kind.on_value_change(show)
    show()


def _folders(folders: Sequence[Path], t: Translate) -> None:
    if folders:
        text = t("Looked for in {folders}, and in the cache of the hub.").format(
            folders=", ".join(map(str, folders))
        )
    else:
        text = t("No folder of models is named: name one when the server starts, or by ANIMATOR_MODELS.")
    ui.label(text).classes("studio-soft models-folders")


def _cards(page: Page, models: Sequence[ListedModel]) -> None:
    waiting: list[tuple[ui.label, Path]] = []
    for model in models:
        with ui.element("article").classes("studio-panel models-card").props("data-testid=model"):
            waiting += _card(page, model)

    def show_hashes() -> None:
        for item in list(waiting):
            label, path = item
            if known := page.studio.server.model_hashes.get(path):
                label.text = known[:SHORT]
                waiting.remove(item)
        if not waiting:
            timer.deactivate()

    timer = ui.timer(HASH_S, show_hashes)


def _card(page: Page, model: ListedModel) -> list[tuple[ui.label, Path]]:
    """Shows a model; returns the label that waits for the hash of a path."""
    t, entry, about = page.t, model.entry, model.description
    if about.preview is not None:
        query = urlencode({"name": entry.name, "width": PREVIEW_WIDTH})
        image = ui.element("img").props(f"src=/api/v1/models/preview?{query} loading=lazy")
        image.props["alt"] = t("What {name} makes").format(name=entry.name)
    ui.label(about.title or entry.name).classes("models-name").props("role=heading aria-level=2")
    if about.title:
        ui.label(entry.name).classes("studio-mono")
    facts = [entry.label, about.base, size_text(model.size) if model.size is not None else ""]
    ui.label(" · ".join(filter(None, facts))).classes("studio-soft")
    if entry.problem:
        ui.label(entry.problem).classes("studio-bad")
        return []
    if about.text:
        ui.label(about.text).classes("models-text")
    if about.trigger_words:
        _trigger_words(about.trigger_words, t)
    _actions(page, model)
    with ui.element("div").classes("studio-soft models-hash"):
        ui.label(t("Hash"))
        short = ui.label("…").classes("studio-mono")
    return [(short, entry.path)]


def _trigger_words(words: Sequence[str], t: Translate) -> None:
    with ui.element("div").classes("models-words").props(f'role=group aria-label="{t("Trigger words")}"'):
        for word in words[:12]:
            ui.button(word, on_click=lambda _, word=word: copy_text(word, t)).props(
                "flat dense no-caps size=sm"
            ).tooltip(t("Copy"))


def _actions(page: Page, model: ListedModel) -> None:
    t = page.t
    text = model.in_prompt if model.is_lora else model.entry.name
    label = t("Copy for a prompt") if model.is_lora else t("Copy the name")
    if model.entry.what != BROKEN_FILE:
        ui.button(label, icon="content_copy", on_click=lambda: copy_text(text, t)).props(
            "flat dense no-caps size=sm"
        )
