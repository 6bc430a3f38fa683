"""What a webhook is sent, and its signature (Standard Webhooks)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import PurePath
from typing import Any

from animator import __version__
from animator.jobs.job import Job, JobEvent, JobState
from animator.server.webhooks.hook import Hook, key_of


def type_of(event: JobEvent) -> str:
    """Returns the type of an event's message, such as `job.succeeded` or `job.phase`."""
    return f"job.{event.data['status'] if event.kind == 'status' else event.kind}"


def message_of(job: Job, event: JobEvent, hook: Hook) -> str:
    """Returns the body of the message about an event: the job in short, and what happened."""
    status = event.data["status"] if event.kind == "status" else job.state.value
    failed = status == JobState.FAILED.value and job.error is not None
    data = {
        "id": job.id,
        "status": status,
        "title": job.title,
        "labels": dict(job.labels),
        "url": f"{hook.jobs_url}/{job.id}",
        "frames": job.progress.frames,
        "done": job.progress.done,
        "error": job.error.message if failed and job.error else None,
        **_details(event),
    }
    when = datetime.fromtimestamp(event.time, timezone.utc).isoformat()
    return json.dumps({"type": type_of(event), "timestamp": when, "data": data})


def headers_of(message_id: str, body: str, secret: str, now: int) -> dict[str, str]:
    """Returns the headers of a message.

    Args:
        message_id: The same for each attempt to deliver the message.
        body: Its body.
        secret: The secret of its hook.
        now: Time of the attempt, in seconds since 1970.
    """
    signed = f"{message_id}.{now}.{body}".encode()
    signature = base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": f"animator/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{signature}",
    }


def _details(event: JobEvent) -> Mapping[str, Any]:
    """Returns what belongs to an event alone; of the path of an output only the name."""
    if event.kind == "output":
        return {"output": PurePath(str(event.data["path"])).name}
    return {} if event.kind == "status" else {name: str(value) for name, value in event.data.items()}
