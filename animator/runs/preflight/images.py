"""Checks the images and LUT files of a film: each is read once, so that broken ones are found before it."""

from collections.abc import Iterator

from animator.core.confinement import named_path
from animator.core.urls import is_url
from animator.errors import UserError
from animator.film.probe import is_image
from animator.film.remote import check_remote
from animator.images.cube import read_cube
from animator.runs.preflight.film import FilmToCheck
from animator.settings import Animation
from animator.settings.inputs import mask_files, masks_area, matches_colors, overlays_clip, unit_images
from animator.settings.modes import mode_of


def check_images(film: FilmToCheck) -> None:
    """Checks every image that the film reads; of URLs, whether they may be downloaded."""
    images = dict.fromkeys(_images(film.animation))
    if not images:
        return
    from animator.images.image_file import decode_file  # loads Pillow, and most films name no image

    for setting, path in images:
        with film.problems.at(setting):
            if not path:
                raise UserError("is empty; expected the path of an image")
            if is_url(path):
                check_remote(path)
            else:
                decode_file(path)


def check_luts(film: FilmToCheck) -> None:
    """Checks every LUT file that the film's steps read."""
    for number, step in enumerate(film.animation.steps):
        path = getattr(step, "file", "") if step.use == "lut" else None
        if path is not None:
            with film.problems.at(f"steps.{number}.file"):
                if not path:
                    raise UserError("is empty; expected the path of a LUT file")
                read_cube(named_path(path))


def _images(film: Animation) -> Iterator[tuple[str, str]]:
    """Yields the images that a film reads, each with the path of its setting."""
    if _reads_init_image(film):
        yield "init.image", film.init.image
    yield from (("guided.init_images", path) for _, path in film.guides)
    if matches_colors(film) and film.color.reference == "image":
        yield "color.image", film.color.image
    if masks_area(film) and film.mask.mask_file and not film.mask.use_alpha_as_mask:
        yield "mask.mask_file", film.mask.mask_file
    yield from mask_files(film)
    yield from ((setting, name) for setting, name in unit_images(film) if is_image(named_path(name)))


def _reads_init_image(film: Animation) -> bool:
    """Returns True if a film reads its init image: to begin with, to mix in, as a mask or as an overlay."""
    mixes = film.is_hybrid and film.hybrid.composite != "none" and film.hybrid.use_init_image
    if mixes or film.mask.use_alpha_as_mask:
        return True
    if not film.init.image:
        return False
    begins = mode_of(film).source == "last" and not (film.hybrid_begins_over_clip or film.guides)
    has_overlay = film.mask.overlay_mask and (film.mask.acts or film.mask.use_mask_video)
    return begins or (has_overlay and not overlays_clip(film))
