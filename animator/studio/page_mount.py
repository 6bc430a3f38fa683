"""`PageMount`: the library's application, for the paths of pages and of what they load."""

from collections.abc import Collection
from pathlib import Path

from nicegui.dependencies import esm_modules, js_components
from starlette.datastructures import MutableHeaders
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from animator.studio.static import STATIC_URL

_LOADED = ("/_nicegui/", "/_nicegui_ws/", STATIC_URL)
"""Where pages find the library's scripts and socket, and our own files."""
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
"""Pages load nothing from elsewhere. Their templates are compiled in the browser, which counts as `eval`."""


class PageMount(Mount):
    """The library's application, for the paths of pages and of what they load.

    Args:
        app: The library's application.
        pages: Paths of the pages.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        super().__init__("/", app=app)
        self._pages = frozenset(pages)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Returns whether a request is for a page."""
        path = scope.get("path", "")
        if path in self._pages or path == "/favicon.ico" or path.startswith(_LOADED):
            return super().matches(scope)
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        is_own_script = _is_own_script(scope.get("path", ""))

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                if is_own_script:
                    headers["Cache-Control"] = "no-cache"
            await send(message)

        await super().handle(scope, receive, send_with_policy)


def _is_own_script(path: str) -> bool:
    """Returns True for the URL of a script of the studio, which may be another one after an upgrade.

    The library has browsers keep scripts for a year, under URLs that change with its own version and with the
    time of a file or folder. A script that a component imports has no such time of its own.
    """
    folder = Path(__file__).parent
    kind, _, rest = path.removeprefix("/_nicegui/").partition("/")[2].partition("/")
    if kind == "components":
        component = js_components.get(rest)
        return component is not None and component.path.is_relative_to(folder)
    module = esm_modules.get(rest.partition("/")[0]) if kind == "esm" else None
    return module is not None and module.path.is_relative_to(folder)
