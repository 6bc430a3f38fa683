"""`FrameRecords`: what a run notes of each frame besides its image: metrics, depth map, what is wrong."""

import logging

from torch import Tensor

from animator.images.depth_map import is_usable
from animator.images.metrics import frame_metrics
from animator.loop.render import Frame
from animator.runs.depth_export import write_depth_map
from animator.runs.drift import DriftMonitor
from animator.runs.run import Run
from animator.runs.stretches import Stretches, feeds_back

log = logging.getLogger(__name__)


class FrameRecords:
    """Writes the metrics of each frame and its depth map where wanted; warns of drift and of missing depth.

    They are those of the image in the loop, which is what drifts and what a state has to resume from.

    Args:
        run: The open run folder.
        last: The last image (3, H, W) of the frames so far; None where there are none.
        watches_drift: Warn when colors, contrast or detail run away.
    """

    def __init__(self, run: Run, last: Tensor | None, *, watches_drift: bool) -> None:
        self._run = run
        self._last = last
        self._depth: Tensor | None = None
        self._monitor = DriftMonitor() if watches_drift and feeds_back(run.animation) else None
        self._stretches = Stretches(run.animation)

    def add(self, frame: Frame) -> None:
        """Records a frame."""
        if self._run.animation.depth.save_depth_maps and frame.depth is not None:
            write_depth_map(self._run.folder / "depth", f"{frame.plan.frame:09d}", frame.depth)
        self._check_depth(frame)
        metrics = frame_metrics(frame.plan.frame, frame.loop_image, self._last)
        self._run.metrics.append(metrics)
        changes = self._stretches.changes_at(frame.plan)
        for warning in self._monitor.update(metrics, cut=changes) if self._monitor else ():
            log.warning(warning)
        self._last = frame.loop_image

    def _check_depth(self, frame: Frame) -> None:
        """Warns of a depth estimate without depth, at the first frame that has it.

        Here and not where depth is estimated: the question waits for the device.
        """
        if frame.depth is None or frame.depth is self._depth:
            return
        self._depth = frame.depth
        if not bool(is_usable(frame.depth)):
            log.warning(
                "frame %d: the depth map is flat or not finite; the image is warped as one plane",
                frame.plan.frame,
            )
