"""Puts the studio's pages on the application of a server."""

import warnings
from functools import partial

from fastapi import FastAPI, Request
from nicegui import core, ui
from starlette.datastructures import MutableHeaders
from starlette.routing import Match, Mount
from starlette.types import Message, Receive, Scope, Send

from animator.presets.raw import MAX_BYTES
from animator.studio.film.page import film_page
from animator.studio.film.render.routes import router as previews_router
from animator.studio.gallery.page import gallery_page
from animator.studio.generate.image_routes import image_routes
from animator.studio.generate.page import generate_page
from animator.studio.models.page import models_page
from animator.studio.queue.page import queue_page
from animator.studio.shell import BuildPage, open_page
from animator.studio.static import STATIC_FOLDER, STATIC_URL
from animator.studio.studio import Studio

PAGES: dict[str, BuildPage] = {
    "/": film_page,
    "/queue": queue_page,
    "/gallery": gallery_page,
    "/generate": generate_page,
    "/models": models_page,
}
"""The pages by their paths."""
_LOADED = ("/_nicegui/", "/_nicegui_ws/", STATIC_URL)
"""Where pages find the library's scripts and socket, and our own files."""
MAX_MESSAGE = 8 * MAX_BYTES
"""Bytes of a message from a page: a whole preset may be typed, whose characters have several bytes each."""
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
"""Pages load nothing from elsewhere. Their templates are compiled in the browser, which counts as `eval`."""


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
        ui.page(path)(partial(_serve, studio, path, build))
    core.app.add_static_files(STATIC_URL, STATIC_FOLDER)
    ui.run_with(app, title="animator", language=None, tailwind=False, show_welcome_message=False)
    # The library mounts itself for every path; here it has its own alone, so that the API answers the others.
    app.router.routes[-1] = PageMount("/", app=core.app)


async def _serve(studio: Studio, path: str, build: BuildPage, request: Request) -> None:
    await open_page(studio, path, build, request)


class PageMount(Mount):
    """The library's application, for the paths of pages and of what they load."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Returns whether a request is for a page."""
        path = scope.get("path", "")
        if path in PAGES or path == "/favicon.ico" or path.startswith(_LOADED):
            return super().matches(scope)
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Content-Security-Policy"] = _POLICY
            await send(message)

        await super().handle(scope, receive, send_with_policy)
