"""`FrameWriter`: writes the frames of a run beside their drawing, in a thread of its own.

For each frame, in this order: its PNG file (encoded, synced, renamed), its metrics, the state where one is
due, the sinks, the report. So whatever a report or a state speaks of is on disk.
"""

import logging
import queue
from collections.abc import Callable
from functools import partial
from types import TracebackType

import torch

from animator.core.threads import start_thread
from animator.images.image import to_uint8
from animator.images.side_stream import SideStream
from animator.loop.render import Frame
from animator.runs.frame_records import FrameRecords
from animator.runs.run import Run
from animator.runs.sink import Sink

log = logging.getLogger(__name__)
OnFrame = Callable[[Frame], None]
QUEUED_FRAMES = 4
"""Enough to even out slow writes, few enough to keep memory flat."""


class FrameWriter:
    """Takes drawn frames and writes them in order. Use it as a context manager.

    Leaving the block waits until all frames that were taken are on disk, and their state, also where the
    block failed, for example by Ctrl-C.

    Args:
        run: The open run folder.
        sink: Takes the frames that are on disk.
        records: Takes what is noted of them.
        report: Called after every frame on disk, in the writer's thread.
        device: Device of the images.
    """

    def __init__(
        self, run: Run, sink: Sink, records: FrameRecords, report: OnFrame, device: torch.device
    ) -> None:
        self._run, self._sink, self._records, self._report = run, sink, records, report
        self._side = SideStream(device)
        self._queue: queue.Queue[tuple[Frame, torch.cuda.Event | None] | None] = queue.Queue(QUEUED_FRAMES)
        self._error: BaseException | None = None
        self._thread = start_thread(self._work, "frames")

    def __enter__(self) -> "FrameWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
        if self._error is None or error is self._error:
            return
        if error is None:
            raise self._error
        log.error("frames could not be written: %s", self._error)

    def add(self, frame: Frame) -> None:
        """Takes a frame; waits while `QUEUED_FRAMES` others are still to be written.

        Raises:
            BaseException: What went wrong with an earlier frame, or what its report raised.
        """
        self._queue.put((frame, self._side.mark()))
        self.check()

    def check(self, *_: int) -> None:
        """Raises what went wrong with a frame, as `add` does; a hook of the steps of a diffusion."""
        if self._error is not None:
            raise self._error

    def _finish(self) -> None:
        """Waits for the thread's end; Ctrl-C has its effect after that."""
        interrupt: KeyboardInterrupt | None = None
        while self._thread.is_alive():
            try:
                self._queue.put(None)  # the thread takes from the queue to its end, whatever happens
                self._thread.join()
            except KeyboardInterrupt as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt

    def _work(self) -> None:
        while (entry := self._queue.get()) is not None:
            if self._error is None:
                self._attempt(partial(self._write, *entry))
        self._attempt(self._run.states.flush)

    def _write(self, frame: Frame, drawn: "torch.cuda.Event | None") -> None:
        with self._side.after(drawn):
            pixels = to_uint8(frame.image)
            self._run.save(frame.plan.frame, self._run.encode(frame.plan, pixels))
            self._records.add(frame)
            if frame.state.next_frame == frame.plan.frame + 1:
                self._run.keep(frame.state)
        self._sink.write(pixels)
        self._report(frame)

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that draws)
            self._error = self._error or error
