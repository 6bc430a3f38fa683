"""`EarlyEnd`: ends the making of images before the last step, from any thread."""

import threading

from animator.jobs.images.messages import End


class EarlyEnd:
    """How an order is to end, once somebody has asked for that."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()
        self._skipped = threading.Event()

    def ask(self, how: End) -> None:
        """Asks for an end."""
        (self._interrupted if how is End.INTERRUPT else self._skipped).set()

    @property
    def is_interrupted(self) -> bool:
        """True once no more images are wanted."""
        return self._interrupted.is_set()

    @property
    def ends_batch(self) -> bool:
        """True while the images of this batch are to be taken as they are."""
        return self._interrupted.is_set() or self._skipped.is_set()

    def begin_batch(self) -> None:
        """Forgets a skip, which is for one batch."""
        self._skipped.clear()
