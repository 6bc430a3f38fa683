"""Frames for tests of what a run writes, and the writer of a rendering."""

import torch

from animator.loop.render import Frame
from animator.loop.state import State
from animator.runs.frame_records import FrameRecords
from animator.runs.frame_writer import FrameWriter, OnFrame
from animator.runs.run import Run
from animator.runs.sink import FrameFiles
from animator.timeline.timeline import Timeline

IMAGE = torch.full((3, 64, 64), 0.5)


def frame(run: Run, number: int) -> Frame:
    """A gray frame of a run of 64 x 64 pixels, generated and not in between."""
    return Frame(Timeline(run.animation)[number], IMAGE, None, State(number + 1, IMAGE, IMAGE), IMAGE)


def writer_of(run: Run, report: OnFrame) -> FrameWriter:
    """The writer of a rendering without a video."""
    records = FrameRecords(run, None, watches_drift=False)
    return FrameWriter(run, FrameFiles(), records, report, torch.device("cpu"))


def write(run: Run, *frames: Frame) -> None:
    """Writes frames as a rendering does."""
    with writer_of(run, lambda one: None) as writer:
        for one in frames:
            writer.add(one)
