"""Where pages load images from: those that are kept, and previews of those that are being generated."""

import io
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse

from animator.core.confinement import named_path
from animator.core.read import open_regular
from animator.images.image_file import decode_file
from animator.server.errors import NotFoundError
from animator.server.files.frame_image import jpeg_of
from animator.server.images.ask import kept_images
from animator.studio.components.paint_canvas import INPUTS
from animator.studio.studio import Studio

IMAGES = "/studio/images"
"""Path of the images that are kept, by days and names."""
PREVIEWS = "/studio/image-previews"
"""Path of previews, by orders."""
MAX_SIDE = 2048
"""Pixels of the longer side of an image on a canvas."""
QUALITY = 85
_SAFE = {"X-Content-Type-Options": "nosniff"}
Width = Annotated[int | None, Query(ge=16, le=1024)]
Day = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Name = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,60}\.png$")]


def image_routes(studio: Studio) -> APIRouter:
    """Returns the routes of the images of a studio."""
    router = APIRouter(include_in_schema=False)

    @router.get(IMAGES + "/{day}/{name}")
    def image(day: Day, name: Name, width: Width = None) -> Response:
        """Returns the file of an image that is kept, or a small JPEG file of it."""
        path = kept_images(studio.server.options.renders) / day / name
        if path.is_symlink() or not path.is_file():
            raise NotFoundError(f"image {day}/{name}: is not here any more")
        headers = {**_SAFE, "Cache-Control": "private, max-age=31536000, immutable"}
        if width is None:
            return FileResponse(
                path,
                headers=headers,
                media_type="image/png",
                filename=name,
                content_disposition_type="inline",
            )
        with open_regular(path) as file:
            return Response(jpeg_of(file, name, QUALITY, width), headers=headers, media_type="image/jpeg")

    @router.get(PREVIEWS + "/{order}")
    async def preview(order: Annotated[str, Path(max_length=60)]) -> Response:
        """Returns the newest preview of an order as a JPEG file."""
        found = studio.image_orders.get(order)
        if found is None or not found.progress.preview:
            raise NotFoundError(f"images {order}: have no preview")
        headers = {**_SAFE, "Cache-Control": "no-store"}
        return Response(found.progress.preview, headers=headers, media_type="image/jpeg")

    @router.get(INPUTS)
    def input_image(name: Annotated[str, Query(max_length=1000)]) -> Response:
        """Returns an image that settings name, as a canvas shows it: upright, a PNG file, not too large."""
        image = decode_file(named_path(name)).over_black
        size = f"{image.width}x{image.height}"
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        headers = {"X-Image-Size": size, "Cache-Control": "no-store", **_SAFE}
        return Response(buffer.getvalue(), headers=headers, media_type="image/png")

    return router
