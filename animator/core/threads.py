"""Starts threads that work for the same run as the thread that starts them."""

import threading
from collections.abc import Callable
from contextvars import copy_context


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """Starts a daemon thread in a copy of this context: its log goes to the same run; permissions hold, too.

    Args:
        target: What the thread does.
        name: Its name, for debuggers.
    """
    thread = threading.Thread(target=copy_context().run, args=(target,), name=name, daemon=True)
    thread.start()
    return thread
