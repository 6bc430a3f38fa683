"""What the page begins with where its URL names an item of the gallery."""

from animator.errors import UserError
from animator.gallery.gallery import Gallery
from animator.gallery.query import Kind
from animator.server.uploads import Uploads
from animator.studio.generate.files import settings_of_file
from animator.studio.generate.image_values import changed, text_of
from animator.studio.generate.input_modes import InputMode, changes_to
from animator.studio.uploading import as_upload


def text_from(item: str, gallery: Gallery, uploads: Uploads) -> tuple[str, tuple[str, ...]]:
    """Returns the settings of an image in the gallery, with it as the input, and notes about them.

    Args:
        item: Number of the item.
        gallery: The gallery.
        uploads: Get the image, so that settings may name it.

    Raises:
        AnimatorError: There is no such item, or it is no image.
    """
    if not (item.isascii() and item.isdecimal() and len(item) < 19):
        raise UserError(f"item {item:.40}: expected the number of an item of the gallery")
    found = gallery.item(int(item))
    if found.kind is Kind.FILM:
        raise UserError(f"{found.name}: is a film; choose one of its frames")
    path = gallery.path(found.id)
    try:
        values, notes = settings_of_file(path)
    except UserError as error:
        values, notes = {}, (str(error),)
    changes = changes_to(InputMode.IMAGE, as_upload(path, uploads).path.name)
    return text_of(changed(values, changes)), notes
