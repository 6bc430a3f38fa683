"""The generation info of an item: its prompts, all fields, and the text as it is in the file."""

from collections.abc import Callable, Mapping

from nicegui import ui

from animator.core.size_text import size_text
from animator.gallery.item import GalleryInfo, GalleryItem
from animator.studio.gallery.words import KIND
from animator.studio.icon_button import icon_button
from animator.studio.labels import Translate
from animator.studio.measures import moment_text
from animator.studio.telling import copy_text

_SHOWN_FIELDS = 24
"""More fields than that, as a film has, are shown when they are asked for."""


def show_info(info: GalleryInfo, t: Translate) -> None:
    """Builds the generation info of an item."""
    item = info.item
    _text(t("Prompt"), item.prompt, "gallery-prompt", t)
    _text(t("Negative prompt"), item.negative, "gallery-negative-prompt", t)
    _facts(_file_facts(item, t))
    if len(info.fields) > _SHOWN_FIELDS:
        title = t("All {count} settings").format(count=len(info.fields))
        _later(title, "gallery-fields", lambda: _facts(info.fields))
    elif info.fields:
        ui.separator()
        _facts(info.fields)
    if info.infotext:
        _later(t("Text in the file"), "gallery-raw", lambda: _raw(info.infotext, t))
    if not (info.fields or info.infotext or item.prompt):
        ui.label(t("This file does not say how it was made.")).classes("studio-soft")


def _file_facts(item: GalleryItem, t: Translate) -> Mapping[str, str]:
    size = f"{item.width} × {item.height}" if item.width else ""
    facts = {
        t("Kind"): t(KIND[item.kind]),
        t("Frame"): "" if item.frame is None else str(item.frame),
        t("Size"): ", ".join(filter(None, (size, size_text(item.bytes)))),
        t("Made"): moment_text(item.made),
        t("File"): item.path,
    }
    return {name: text for name, text in facts.items() if text}


def _text(title: str, text: str, test_id: str, t: Translate) -> None:
    """Builds a longer text with a button that copies it."""
    if not text:
        return
    with ui.element("div").classes("gallery-text-head"):
        ui.label(title).classes("gallery-term")
        _copy_button(text, t("Copy: {what}").format(what=title), t)
    ui.label(text).classes("gallery-text").props(f"data-testid={test_id}")


def _facts(facts: Mapping[str, str]) -> None:
    with ui.element("dl").classes("gallery-facts"):
        for name, text in facts.items():
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(text)


def _later(title: str, test_id: str, build: Callable[[], None]) -> None:
    """Builds what is large when it is first opened."""
    expansion = ui.expansion(title).props(f"dense data-testid={test_id}").classes("gallery-later")

    def opened() -> None:
        if not expansion.default_slot.children:
            with expansion:
                build()

    expansion.on("show", opened, args=[])


def _raw(text: str, t: Translate) -> None:
    ui.label(text).classes("gallery-text studio-mono")
    _copy_button(text, t("Copy"), t)


def _copy_button(text: str, label: str, t: Translate) -> None:
    def copy() -> None:
        copy_text(text, t)

    icon_button("content_copy", label, copy, is_small=True)
