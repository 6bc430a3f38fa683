"""`Studio`: what all pages of a server share."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from animator.core.confinement import confined
from animator.core.permissions import grant
from animator.errors import UserError
from animator.server.context import ServerContext
from animator.studio.analysis import Analyses, Analysis, analyze
from animator.studio.draft_folder import Drafts
from animator.studio.drafts import FilmDraft
from animator.studio.feed import Feed
from animator.studio.film.render.motion import MotionPreviews
from animator.studio.generate.orders import ImageOrders

P = ParamSpec("P")
R = TypeVar("R")


class Studio:
    """What all pages of a server share.

    Attributes:
        server: The server: its options, its jobs, its images.
        drafts: The films that are being written.
        analyses: What is known of these.
        feed: What happens to the jobs, for all open pages.
        previews: Makes previews of the motion of films.
        image_drafts: The settings of single images that are being written.
        training_drafts: The settings of trainings that are being written.
        image_orders: The single images that pages have ordered.
    """

    def __init__(self, server: ServerContext) -> None:
        self.server = server
        self.drafts = Drafts(server.options.renders / "drafts")
        self.analyses = Analyses(self._keep, self._analyze)
        self.feed = Feed(server)
        self.previews = MotionPreviews(server.options.renders)
        self.image_drafts = Drafts(server.options.renders / "drafts" / "images")
        self.training_drafts = Drafts(server.options.renders / "drafts" / "trainings")
        self.image_orders = ImageOrders(server.images, server.options.renders)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Returns the result of work that a page has done in a thread, under the server's restrictions.

        What a page is given is a stranger's, as what comes in requests: it may name files in some folders
        alone. The tasks of pages begin outside of any request, so the restrictions are put in force here.
        """
        options = self.server.options

        def restricted() -> R:
            with confined(options.confinement), grant(options.permissions):
                return work(*args, **kwargs)

        return await asyncio.to_thread(restricted)

    async def _keep(self, draft: FilmDraft) -> None:
        if draft.must_be_kept:
            try:
                await self.run(self.drafts.save, draft)
                draft.unkept = ""
            except UserError as error:
                draft.unkept = str(error)

    async def _analyze(self, text: str, version: int) -> Analysis:
        return await self.run(analyze, text, version)
