"""`WebhookSender`: delivers the messages of an outbox, in a thread beside the jobs."""

import logging
import threading
import time

from animator.core.permissions import Permissions
from animator.errors import JobNotFoundError, JobStoreError
from animator.jobs.queue import JobQueue
from animator.server.webhooks.hook import hook_of
from animator.server.webhooks.message import headers_of
from animator.server.webhooks.outbox import Delivery, Outbox
from animator.server.webhooks.post import post

LOOK_S = 0.25
"""Time between two looks at the queue."""
REST_S = 10.0
"""Time without a look where the file of the jobs cannot be used."""
log = logging.getLogger(__name__)


class WebhookSender:
    """Delivers the messages for the webhooks of a queue's jobs while it is open; use it in a `with` block.

    Args:
        queue: The queue.
        permissions: Hosts that may be connected to.
    """

    def __init__(self, queue: JobQueue, permissions: Permissions) -> None:
        self._queue = queue
        self._permissions = permissions
        self._outbox = Outbox(queue)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def __enter__(self) -> "WebhookSender":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join()

    def _work(self) -> None:
        """The thread."""
        while not self._closing.is_set():
            try:
                has_new = self._outbox.collect()
                delivery = self._outbox.next_due()
                if delivery is not None:
                    self._attempt(delivery)
                if has_new or delivery is not None:
                    continue
            except JobStoreError as error:  # as for a full disk: it may be usable again later
                log.warning("webhooks wait for %g s: %s", REST_S, error)
                self._closing.wait(REST_S)
            self._queue.store.wait(LOOK_S)

    def _attempt(self, delivery: Delivery) -> None:
        try:
            hook = hook_of(self._queue.get(delivery.job))
        except JobNotFoundError:  # deleted at this moment, and its messages with it
            return
        if hook is None:
            raise AssertionError("messages are of jobs with a hook")
        headers = headers_of(delivery.id, delivery.body, hook.secret, int(time.time()))
        try:
            answer = post(hook.url, delivery.body.encode(), headers, self._permissions)
        except OSError as error:
            self._outbox.note(delivery, None, str(error) or type(error).__name__)
        else:
            self._outbox.note(delivery, answer, "" if 200 <= answer < 300 else f"it answered with {answer}")
