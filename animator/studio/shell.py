"""What every page has: its address in the studio, its language and theme, header, navigation and frame."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from nicegui import ui
from nicegui.language import Language

from animator.studio.labels import LANGUAGES, Translate, language_of, translation
from animator.studio.studio import Studio

LANGUAGE_COOKIE, THEME_COOKIE = "animator_language", "animator_theme"
THEMES: dict[str, bool | None] = {"auto": None, "light": False, "dark": True}
"""Themes, with whether they are dark; None follows the system."""
NAVIGATION = (
    ("/", "movie_edit", "Film"),
    ("/queue", "view_list", "Queue"),
    ("/gallery", "photo_library", "Gallery"),
    ("/generate", "brush", "Generate"),
    ("/train", "school", "Train"),
    ("/models", "category", "Models"),
)
"""Path, icon and name of the pages in the navigation."""
_CSS = Path(__file__).with_name("studio.css")
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class Page:
    """An open page.

    Attributes:
        studio: What all pages share.
        request: The request that opened it, with its parameters and cookies.
        t: Translates the texts of the page, which are written in English.
    """

    studio: Studio
    request: Request
    t: Translate


BuildPage = Callable[[Page], Awaitable[None]]
"""Builds what is below the header of a page."""


async def open_page(studio: Studio, path: str, build: BuildPage, request: Request) -> None:
    """Builds a page in the frame that all have."""
    language = language_of(
        request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    )
    t = translation(language)
    page = Page(studio, request, t)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    title = next(name for target, _, name in NAVIGATION if target == path)
    ui.page_title(f"{t(title)} · animator")
    ui.context.client.page.language = library_language(language)
    ui.add_css(_CSS)
    ui.colors(primary="#3d5a80", secondary="#52796f", accent="#b5651d", negative="#b3261e", warning="#8a6100")
    dark = ui.dark_mode(THEMES.get(theme))
    _skip_link(t)
    with ui.element("div").props("role=banner").classes("studio-header"):
        _navigation(path, t)
        _preferences(dark, theme, language, t)
    with ui.element("div").props("id=content tabindex=-1").classes("studio-main"):
        await build(page)


def unseen_heading(text: str) -> None:
    """Builds the heading of a page on which none is needed by those who see it."""
    with ui.element("h1").classes("studio-unseen"):
        ui.label(text)


def remember(name: str, value: str) -> None:
    """Has the browser keep a value as a cookie of this server."""
    ui.run_javascript(
        f"document.cookie = '{name}=' + encodeURIComponent({value!r}) "
        f"+ '; path=/; max-age={_YEAR_S}; samesite=strict'"
    )


def _skip_link(t: Translate) -> None:
    ui.link(t("Skip to the content"), "#content").classes("studio-skip")


def _navigation(path: str, t: Translate) -> None:
    with ui.element("nav").props(f'aria-label="{t("Pages")}"').classes("studio-nav"):
        for target, icon, name in NAVIGATION:
            link = ui.link(target=target).classes("studio-nav-link").props(f"data-testid=nav-{name.lower()}")
            if target == path:
                link.props("aria-current=page")
            with link:
                ui.icon(icon).props("aria-hidden=true")
                ui.label(t(name))


def _preferences(dark: ui.dark_mode, theme: str, language: str, t: Translate) -> None:
    def choose_theme(name: str) -> None:
        dark.value = THEMES[name]
        remember(THEME_COOKIE, name)

    def choose_language(code: str) -> None:
        remember(LANGUAGE_COOKIE, code)
        ui.navigate.reload()

    with ui.element("div").classes("studio-preferences"):
        themes = {"auto": t("As the system"), "light": t("Light"), "dark": t("Dark")}
        ui.select(
            themes,
            value=theme if theme in THEMES else "auto",
            label=t("Theme"),
            on_change=lambda event: choose_theme(event.value),
        ).props("dense options-dense borderless data-testid=theme")
        ui.select(
            dict(LANGUAGES),
            value=language,
            label=t("Language"),
            on_change=lambda event: choose_language(event.value),
        ).props("dense options-dense borderless data-testid=language")


def library_language(language: str) -> Language:
    """Returns the library's name of a language, in which its own texts are."""
    names: dict[str, Language] = {"en": "en-US", "ko": "ko-KR"}
    return names[language]
