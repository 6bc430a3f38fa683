"""Begins a film with an example: by name, or by its image."""

from functools import partial

from nicegui import ui

from animator.presets.examples import Example, examples
from animator.studio.analysis import Analysis
from animator.studio.dialogs import answer_to, titled_dialog
from animator.studio.film.opening import Found
from animator.studio.film.replace import take
from animator.studio.film.session import DraftSession
from animator.studio.labels import Translate
from animator.studio.search import has_words
from animator.studio.telling import telling

Texts = dict[str, str]
"""The presets of the examples by their names."""


async def example_picker(session: DraftSession) -> None:
    """Builds the list of the examples, and the button that shows their images."""
    t = session.page.t
    known = await session.page.studio.run(examples)
    texts = await session.page.studio.run(_texts, known)
    _select(session, known, texts)

    async def choose() -> None:
        with titled_dialog(t("Begin with an example"), "film-examples-dialog") as dialog:
            _images(known, texts, dialog, t)
        name = await answer_to(dialog)
        if name is not None:
            with telling(t):
                await take(session, Found(texts[name]))

    button = ui.button(t("Examples"), icon="grid_view", on_click=choose)
    button.props("outline no-caps data-testid=examples")


def _select(session: DraftSession, known: tuple[Example, ...], texts: Texts) -> None:
    """Builds the list of the examples; its value is the one that the film is, without any change."""
    names = {text: name for name, text in texts.items()}
    select = ui.select(
        {example.name: f"{example.name}: {_title(example)}" for example in known},
        label=session.page.t("Begin with an example"),
        with_input=True,
    )
    select.props("outlined dense options-dense data-testid=preset-select").classes("film-preset")

    async def choose(name: str | None) -> None:
        if name is None or texts[name] == session.draft.text:
            return
        with telling(session.page.t):
            await take(session, Found(texts[name]))
        show(session.analysis)

    def show(_: Analysis) -> None:
        select.set_value(names.get(session.draft.text))

    select.on_value_change(lambda event: choose(event.value))
    session.watch(show)


def _images(known: tuple[Example, ...], texts: Texts, dialog: ui.dialog, t: Translate) -> None:
    """Builds the examples with their images, one of which is chosen."""
    search = ui.input(t("Search")).props("outlined dense clearable autofocus data-testid=examples-search")
    cards: list[tuple[str, ui.element]] = []

    def find() -> None:
        for text, card in cards:
            card.set_visibility(has_words(text, search.value))

    with ui.element("div").classes("film-examples"):
        for example in known:
            with ui.element("button").props("type=button").classes("film-example") as card:
                if example.thumbnail:
                    ui.element("img").props(
                        f"src=/api/v1/presets/{example.name}/thumbnail loading=lazy alt=''"
                    )
                ui.label(example.name).classes("film-example-name")
                ui.label(example.summary).classes("studio-soft")
            card.on("click", partial(dialog.submit, example.name), [])
            cards.append((f"{example.name} {example.summary}\n{texts[example.name]}", card))
    search.on_value_change(find)


def _texts(known: tuple[Example, ...]) -> Texts:
    return {example.name: example.path.read_text(encoding="utf-8") for example in known}


def _title(example: Example) -> str:
    return example.summary.partition(":")[0]
