"""`GalleryIndexer`: keeps the index of a gallery up to date, in a thread."""

from types import TracebackType

from animator.gallery.gallery import Gallery


class GalleryIndexer:
    """Looks at the renders folder every few seconds within a `with` block.

    Args:
        gallery: The gallery.
    """

    def __init__(self, gallery: Gallery) -> None:
        raise NotImplementedError

    def __enter__(self) -> "GalleryIndexer":
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    @property
    def progress(self) -> tuple[int, int] | None:
        """How many files are read and found, while there is much to read; None otherwise."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """Why the index is not kept up to date at the moment; empty while all is well."""
        raise NotImplementedError
