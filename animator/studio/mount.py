"""Puts the studio's pages on the application of a server."""

import warnings
from functools import partial

from fastapi import FastAPI, Request
from nicegui import core, ui
from nicegui.translations import translations

from animator.presets.raw import MAX_BYTES
from animator.studio.film.page import film_page
from animator.studio.film.render.routes import router as previews_router
from animator.studio.gallery.page import gallery_page
from animator.studio.generate.image_routes import image_routes
from animator.studio.generate.page import generate_page
from animator.studio.labels import LANGUAGES, translation
from animator.studio.models.page import models_page
from animator.studio.page_mount import PageMount
from animator.studio.queue.page import queue_page
from animator.studio.shell import BuildPage, library_language, open_page
from animator.studio.static import STATIC_FOLDER, STATIC_URL
from animator.studio.studio import Studio
from animator.studio.train.page import train_page

PAGES: dict[str, BuildPage] = {
    "/": film_page,
    "/queue": queue_page,
    "/gallery": gallery_page,
    "/generate": generate_page,
    "/train": train_page,
    "/models": models_page,
}
"""The pages by their paths."""
MAX_MESSAGE = 8 * MAX_BYTES
"""Bytes of a message from a page: a whole preset may be typed, whose characters have several bytes each."""
BUILD_S = 60.0
"""Time until a page has to be built; a busy machine needs more than the three seconds of the library."""
RECONNECT_S = 15.0
"""Time for which a page whose connection is lost stays as it is, with its open dialogs; three seconds, as the
library has it, are too short for a busy machine."""


def mount_studio(app: FastAPI) -> None:
    """Puts the pages on the application that `create_app` returned.

    The library holds its pages for the whole process, so one application at a time has them.

    Args:
        app: The application.
    """
    # The library looks at all objects of the process to find the server; one of torch's warns of that.
    warnings.filterwarnings("ignore", r".*torch\.distributed\.reduce_op", FutureWarning)
    studio = Studio(app.state.context)
    core.sio.eio.max_http_buffer_size = MAX_MESSAGE
    app.include_router(previews_router)
    app.include_router(image_routes(studio))
    core.sio.eio.cors_allowed_origins = []  # the server's own check of origins is stricter
    for path, build in PAGES.items():
        ui.page(path, response_timeout=BUILD_S)(partial(_serve, studio, path, build))
    core.app.add_static_files(STATIC_URL, STATIC_FOLDER)
    _translate_library()
    ui.run_with(
        app,
        title="animator",
        language=None,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=RECONNECT_S,
        binding_refresh_interval=None,  # nothing is bound, and a late look would be told on the terminal
    )
    # The library mounts itself for every path; here it has its own alone, so that the API answers the others.
    app.router.routes[-1] = PageMount(core.app, PAGES)


def _translate_library() -> None:
    """Gives the library its own texts in our languages, of which it lacks some."""
    for language in LANGUAGES:
        t = translation(language)
        translations[library_language(language)] = {
            "connection_lost": t("Connection lost."),
            "trying_to_reconnect": t("Trying to reconnect ..."),
            "message_too_long": t("This is too long"),
            "message_too_long_body": t("It cannot be sent to the server."),
        }


async def _serve(studio: Studio, path: str, build: BuildPage, request: Request) -> None:
    await open_page(studio, path, build, request)
