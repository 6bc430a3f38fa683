"""`FramePlayer`: shows the frames of a job while they are made, and plays those that are finished."""

from nicegui.element import Element

from animator.studio.labels import Translate
from animator.studio.watching.look import JobLook


class FramePlayer(Element, component="frame_player.js"):
    """The newest frame of a job, any other one, or all in a row."""

    def __init__(self, t: Translate) -> None:
        super().__init__()
        self.props.update(url="", frames=0, total=0, revision=0, fps=1)
        self.props["texts"] = {
            "empty": t("No frame yet"),
            "play": t("Play the frames so far"),
            "pause": t("Stop"),
            "frame": t("Frame"),
            "newest": t("Newest"),
            "caption": t("Frame {frame} / {last}"),
        }

    def show(self, look: JobLook, fps: float) -> None:
        """Shows the frames of a job.

        Args:
            look: The job.
            fps: Frames per second at which they are played.
        """
        shown = {
            "url": look.url,
            "frames": look.frames,
            "total": look.total,
            "revision": look.revision,
            "fps": fps,
        }
        if any(self.props[name] != value for name, value in shown.items()):
            self.props.update(shown)
            self.update()
