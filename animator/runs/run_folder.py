"""The folders within a run folder."""

from pathlib import Path

from animator.core.atomic import remove_leftovers
from animator.errors import RunError
from animator.presets.film_record import RECORDS
from animator.runs.run_log import LOG

FRAMES = "frames"
"""The folder of the frame images within a run folder."""
STATE = "state.safetensors"
"""The file, in a run folder, with the state to resume from."""
HEARD = "signals.safetensors"
"""The file, in a run folder, with the values of sounds and tables that its formulas use."""
METRICS = "frames.jsonl"
"""The file, in a run folder, with the metrics of each frame."""
STATES = "states"
"""The folder, in a run folder, of checkpoints and of the color anchor of the newest state."""
FOLDERS = (FRAMES, STATES, RECORDS, "downloads", "depth")
FILES = (".lock", METRICS, LOG, "run.json", "preset.yaml", STATE, HEARD)
"""The files of a run folder that a session reads and writes."""


def frame_name(frame: int) -> str:
    """Returns the file name of a frame."""
    return f"{frame:09d}.png"


def remove_all_leftovers(folder: Path) -> None:
    """Removes temporary files of sessions that were killed."""
    for part in (folder, *(folder / name for name in FOLDERS)):
        remove_leftovers(part)


def refuse_links(folder: Path) -> None:
    """Refuses links where a run writes, because they may lead to other people's files."""
    for name in (*FOLDERS, *FILES):
        if (folder / name).is_symlink():
            raise RunError(
                f"{folder / name}: is a symbolic link; expected what a run itself writes there; put the "
                "linked files in its place, or remove it"
            )
