"""`EventStream`: what happens to jobs as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.sse import ServerSentEvent

from animator.errors import JobNotFoundError
from animator.jobs.job import Job, JobEvent, JobProgress, JobState
from animator.jobs.store import JobFilter
from animator.server.context import ServerContext
from animator.server.v1.job_view import (
    JobPage,
    error_view,
    job_url,
    job_view,
    job_views,
    progress_view,
    timestamp,
)
from animator.server.v1.outputs import outputs_of

SNAPSHOT_JOBS = 50
_RUNNING = (JobState.RUNNING, JobState.CANCELING)


@dataclass(frozen=True)
class EventStream:
    """What happens to jobs, as server-sent events.

    A stream looks at the job store a few times a second and reads where it has changed; between looks it is
    one sleeping task. The id of an event is its number in the store, so that a client can come back and go
    on; the snapshot and progress have the id of the event before them.

    Attributes:
        context: The server.
        request: The request, for URLs.
    """

    context: ServerContext
    request: Request

    async def of_job(self, job_id: str, last: int | None) -> AsyncIterator[ServerSentEvent]:
        """Yields the events of a job until it ends, or is deleted.

        Args:
            job_id: The job.
            last: Number of the last event that the client has; None for a new client.
        """
        try:
            seen = await asyncio.to_thread(self._start, last)
            job = await asyncio.to_thread(self.context.queue.get, job_id)
            snapshot = await asyncio.to_thread(job_view, job, self.context, self.request)
            yield ServerSentEvent(event="snapshot", id=str(seen), data=snapshot)
            progress = job.progress
            async for _ in self.context.changes():
                job, events = await asyncio.to_thread(self._look, job_id, seen)
                seen = events[-1].id if events else seen
                for event in _end_last(events, job):
                    yield self._event(event, job, min(seen, event.id) if not _ends(event) else seen)
                if job.state.has_ended:
                    return
                if job.progress != progress:
                    progress = job.progress
                    yield self._progress(job, seen)
        except JobNotFoundError:  # deleted meanwhile
            return

    async def of_all(self, last: int | None) -> AsyncIterator[ServerSentEvent]:
        """Yields the events of all jobs until the server ends.

        Args:
            last: Number of the last event that the client has; None for a new client.
        """
        seen = await asyncio.to_thread(self._start, last)
        yield ServerSentEvent(event="snapshot", id=str(seen), data=await asyncio.to_thread(self._newest_jobs))
        shown: dict[str, JobProgress] = {}
        async for _ in self.context.changes():
            events, jobs, running = await asyncio.to_thread(self._look_at_all, seen)
            for event in events:
                seen = event.id
                if event.job in jobs:
                    yield self._event(event, jobs[event.job], seen)
            for job in running:
                if shown.get(job.id) != job.progress:
                    yield self._progress(job, seen)
            shown = {job.id: job.progress for job in running}

    def _start(self, last: int | None) -> int:
        """Returns the number of the event after which a client goes on."""
        newest = self.context.events.newest()
        return last if last is not None and last <= newest else newest

    def _look(self, job_id: str, seen: int) -> tuple[Job, Sequence[JobEvent]]:
        job = self.context.queue.get(job_id)
        return job, self._events_after(seen, job_id)

    def _events_after(self, seen: int, job_id: str | None = None) -> Sequence[JobEvent]:
        """Returns all events after one; the log gives them in pieces."""
        events: list[JobEvent] = []
        while found := self.context.events.after(events[-1].id if events else seen, job_id):
            events += found
        return events

    def _look_at_all(self, seen: int) -> tuple[Sequence[JobEvent], Mapping[str, Job], Sequence[Job]]:
        """Returns the events after one, their jobs but those deleted since, and the jobs that run."""
        events = self._events_after(seen)
        running = self.context.queue.find(JobFilter(states=_RUNNING, limit=1_000))
        jobs = {job.id: job for job in running}
        for job_id in {event.job for event in events} - jobs.keys():
            try:
                jobs[job_id] = self.context.queue.get(job_id)
            except JobNotFoundError:
                continue
        return events, jobs, running

    def _newest_jobs(self) -> JobPage:
        jobs = self.context.queue.find(JobFilter(limit=SNAPSHOT_JOBS + 1))
        page = jobs[:SNAPSHOT_JOBS]
        following = None
        if len(jobs) > SNAPSHOT_JOBS:
            url = self.request.url_for("list_jobs").include_query_params(cursor=page[-1].number)
            following = str(url)
        return JobPage(jobs=job_views(page, self.context, self.request), next=following)

    def _event(self, event: JobEvent, job: Job, number: int) -> ServerSentEvent:
        data = {"job": event.job, "time": timestamp(event.time), **self._data(event, job)}
        return ServerSentEvent(event=event.kind, id=str(number), data=data)

    def _data(self, event: JobEvent, job: Job) -> Mapping[str, Any]:
        if event.kind == "output":
            name = Path(event.data["path"]).name
            made = outputs_of(job, job_url(job.id, self.request))
            return next((view.model_dump() for view in made if view.name == name), {"name": name})
        if event.kind == "status" and event.data["status"] == JobState.FAILED.value:
            return {**event.data, "error": error_view(job)}
        return event.data

    def _progress(self, job: Job, seen: int) -> ServerSentEvent:
        data = {"job": job.id, "time": timestamp(job.updated), **progress_view(job).model_dump()}
        return ServerSentEvent(event="progress", id=str(seen), data=data)


def _end_last(events: Sequence[JobEvent], job: Job) -> Iterator[JobEvent]:
    """Yields events in order, but that of a job's end after all others: a client leaves when it sees it."""
    end = next((e for e in reversed(events) if _ends(e)), None) if job.state.has_ended else None
    yield from (event for event in events if event is not end)
    if end is not None:
        yield end


def _ends(event: JobEvent) -> bool:
    return event.kind == "status" and JobState(event.data["status"]).has_ended
