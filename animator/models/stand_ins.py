"""Stand-ins: where permitted, what is built in takes the place of a network whose weights are missing."""

import logging

from animator.core.log_collector import warn_once
from animator.core.permissions import permissions
from animator.errors import ModelError

log = logging.getLogger(__name__)


def stand_in(missing: ModelError, network: str, replacement: str) -> None:
    """Warns, once for each run, that something else takes the place of a network.

    Args:
        missing: The error that says which weights are missing, and where they were looked for.
        network: The network, with its setting.
        replacement: What takes its place.

    Raises:
        ModelError: Stand-ins are not permitted.
    """
    if not permissions().stand_ins:
        raise missing
    warn_once(log, "%s: its weights are missing; %s stands in for it", network, replacement)
