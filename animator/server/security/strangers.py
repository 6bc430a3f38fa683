"""Settings in requests are a stranger's: they may name files in some folders alone."""

from starlette.types import ASGIApp, Receive, Scope, Send

from animator.core.confinement import Confinement, confined
from animator.core.permissions import Permissions, grant


class Strangers:
    """Puts the server's confinement and permissions in force while a request is answered.

    Args:
        app: The application behind it.
        confinement: Folders that settings may name files in.
        permissions: What models and settings may do.
    """

    def __init__(self, app: ASGIApp, confinement: Confinement, permissions: Permissions) -> None:
        self._app = app
        self._confinement = confinement
        self._permissions = permissions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; the threads of its handlers get both, too."""
        with confined(self._confinement), grant(self._permissions):
            await self._app(scope, receive, send)
