"""`Hook`: where the events of a job are sent, and which."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from animator.core.hosts import ForbiddenHostError, check_url
from animator.core.permissions import Permissions
from animator.core.urls import is_url
from animator.jobs.job import Job, JobEvent, JobState
from animator.server.errors import RequestError

CLIENT_KEY = "webhook"
"""Under which a job's request has its hook, so that both are kept together."""
PREFIX = "whsec_"
MAX_URL = 2_000
MIN_KEY, MAX_KEY = 24, 64
"""Bytes of a secret, as Standard Webhooks has them."""


class HookEvent(str, Enum):
    """Events that a webhook may be told of."""

    STARTED = "started"
    """A worker has taken the job."""
    ENDED = "ended"
    """The job has succeeded, failed or been canceled."""
    STATUS = "status"
    """The job has another state; the two above are some of these."""
    PHASE = "phase"
    WARNING = "warning"
    OUTPUT = "output"


DEFAULT_EVENTS = (HookEvent.STARTED, HookEvent.ENDED)


@dataclass(frozen=True)
class Hook:
    """Where the events of a job are sent, and which.

    Attributes:
        url: The target.
        events: The events.
        secret: Signs them: `whsec_` and a key in base64.
        jobs_url: URL of all jobs, as the client reached them.
    """

    url: str
    events: tuple[HookEvent, ...]
    secret: str
    jobs_url: str

    def wants(self, event: JobEvent) -> bool:
        """Returns True if an event is to be sent."""
        if event.kind != "status":
            return event.kind in [wanted.value for wanted in self.events]
        state = JobState(event.data["status"])
        return (
            HookEvent.STATUS in self.events
            or (HookEvent.STARTED in self.events and state is JobState.RUNNING)
            or (HookEvent.ENDED in self.events and state.has_ended)
        )

    def plain(self) -> dict[str, Any]:
        """Returns the hook as JSON values."""
        return {**vars(self), "events": [event.value for event in self.events]}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> "Hook":
        """Returns the hook of values that `plain` returned."""
        return cls(**{**values, "events": tuple(map(HookEvent, values["events"]))})


def hook_of(job: Job) -> Hook | None:
    """Returns the webhook of a job; None for a job without one."""
    values = job.request.client.get(CLIENT_KEY)
    return Hook.from_plain(values) if values else None


def is_address(url: str) -> bool:
    """Returns True for a text that is meant as an address, also where nothing may be sent to it."""
    return "://" in url


def check_target(url: str, permissions: Permissions) -> None:
    """Checks that events may be sent to a URL; what its name leads to is checked when they are sent.

    Raises:
        RequestError: They may not.
    """
    try:
        parts = urlsplit(url)
        is_whole = (
            len(url) <= MAX_URL
            and is_url(url)
            and bool(parts.hostname)
            and parts.username is None
            and (parts.port or 1) > 0
        )
    except ValueError:
        is_whole = False
    if not is_whole or not url.isascii() or not url.isprintable() or " " in url:
        raise RequestError(
            "/webhook",
            f"{url:.100}: is not a target; expected a URL such as https://example.com/hook, "
            f"without a password, of at most {MAX_URL} characters",
        )
    try:
        check_url(permissions, url)
    except ForbiddenHostError as error:
        raise RequestError(
            "/webhook",
            f"{url:.100}: this server may not send to {parts.hostname}; whoever starts it can permit it",
        ) from error


def new_secret() -> str:
    """Returns a new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Returns the key in a secret.

    Raises:
        RequestError: It has none that is long enough.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not MIN_KEY <= len(key) <= MAX_KEY:
        raise RequestError(
            "/webhook/secret",
            f"is not a secret; expected {PREFIX} and {MIN_KEY} to {MAX_KEY} bytes in base64, or none: the "
            "server makes one then",
        )
    return key
