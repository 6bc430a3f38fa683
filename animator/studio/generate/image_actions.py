"""What can be done with a generated image."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from animator.jobs.images.work import Enlargement
from animator.studio.dialogs import answer_to, cancel_button, dialog_buttons, titled_dialog
from animator.studio.film.session import open_in_film_page
from animator.studio.generate.animate import film_of
from animator.studio.generate.files import settings_of_file
from animator.studio.generate.image_values import text_of
from animator.studio.generate.inventory import Inventory
from animator.studio.generate.orders import KeptImage
from animator.studio.generate.session import ImageSession
from animator.studio.telling import telling
from animator.studio.uploading import as_upload

Open = Callable[[str], None]
"""Opens an image by the name that settings have for it, to generate from it."""
FACTORS = (1.5, 2, 3, 4)


class ImageActions:
    """Buttons for what can be done with an image.

    Args:
        session: The settings.
        inventory: Has the upscalers.
        open_input: Opens an image to generate from it.
    """

    def __init__(self, session: ImageSession, inventory: Inventory, open_input: Open) -> None:
        self._session = session
        self._inventory = inventory
        self._open_input = open_input
        self._studio = session.page.studio
        self._t = session.page.t

    def buttons(self, image: KeptImage, url: str) -> None:
        """Adds the buttons for an image."""
        with ui.element("div").classes("generate-actions"):
            if image.settings and not image.is_sheet:
                self._button("Reuse the seed", "casino", "reuse", self.reuse_seed, image)
                self._button("Use these settings", "tune", "settings", self.use_settings, image)
            self._button("Use as input", "brush", "input", self.use_as_input, image)
            self._button("Enlarge", "open_in_full", "enlarge", self.enlarge, image)
            self._button("Animate this", "movie", "animate", self.animate, image)
            link = ui.element("a").classes("generate-link").props("data-testid=generate-download")
            link.props["href"], link.props["download"] = url, image.path.name
            with link:
                ui.icon("download").props("aria-hidden=true")
                ui.label(self._t("Download"))

    async def reuse_seed(self, image: KeptImage) -> None:
        """Generates the next image with the seed of this one."""
        self._session.change({"seed": image.seed})

    async def use_settings(self, image: KeptImage) -> None:
        """Takes all settings that the image records."""
        values, notes = await self._studio.run(settings_of_file, image.path)
        self._session.replace(text_of(values))
        for note in notes:
            ui.notify(note, multi_line=True)

    async def use_as_input(self, image: KeptImage) -> None:
        """Generates the next image from this one."""
        upload = await self._studio.run(as_upload, image.path, self._studio.server.uploads)
        self._open_input(upload.path.name)

    async def animate(self, image: KeptImage) -> None:
        """Opens the page of a new film that begins with the image."""
        upload = await self._studio.run(as_upload, image.path, self._studio.server.uploads)
        ui.navigate.to(await open_in_film_page(self._studio, film_of(image, upload.path.name)))

    async def enlarge(self, image: KeptImage) -> None:
        """Asks by how much, and orders a larger image."""
        t = self._t
        with titled_dialog(t("Enlarge")) as dialog:
            factor = ui.select({one: f"{one} x" for one in FACTORS}, value=2, label=t("Factor"))
            upscaler = ui.select(list(self._inventory.upscalers), value="lanczos", label=t("Upscaler"))
            for field in (factor, upscaler):
                field.props("dense outlined stack-label").classes("generate-field")
            with dialog_buttons():
                cancel_button(dialog, t)
                ui.button(t("Enlarge"), on_click=lambda: dialog.submit("enlarge")).props(
                    "no-caps unelevated data-testid=generate-enlarge-run"
                )
        if await answer_to(dialog):
            upload = await self._studio.run(as_upload, image.path, self._studio.server.uploads)
            work = Enlargement(
                (str(upload.path.absolute()),), scale=float(factor.value), upscaler=upscaler.value
            )
            self._studio.image_orders.submit(work, self._session.draft.id)

    def _button(
        self, text: str, icon: str, name: str, act: Callable[[KeptImage], Awaitable[None]], image: KeptImage
    ) -> None:

        async def clicked() -> None:
            with telling(self._t):
                await act(image)

        button = ui.button(self._t(text), icon=icon, on_click=clicked)
        button.props(f"flat dense no-caps data-testid=generate-{name}")
