"""What control images show, as union ControlNets call it. Imports no torch.

Sources: the task numbers of xinsir's "ControlNet++" for SDXL, whose ProMax version has two more.
"""

from collections.abc import Sequence

from animator.errors import ModelError

TASKS = ("openpose", "depth", "softedge", "canny", "normal", "segment", "tile", "repaint")
"""What control images show, in the order of their numbers in the network; the first ones have six."""
FLUX_TASKS = ("canny", "tile", "depth", "blur", "openpose", "gray", "low_quality")
"""The same in union ControlNets for Flux."""
_BY_MODULE = {
    "openpose": "openpose",
    "depth": "depth",
    "depth_pro": "depth",
    "scribble": "softedge",
    "softedge": "softedge",
    "canny": "canny",
    "lineart": "canny",
    "mlsd": "canny",
    "normal": "normal",
    "segmentation": "segment",
    "tile": "tile",
    "blur": "tile",
    "recolor": "gray",
}


def task_of_module(module: str) -> str:
    """Returns the task whose control images a preprocessor makes; empty where none is known."""
    return _BY_MODULE.get(module, "")


def xl_tasks(count: int) -> tuple[str, ...]:
    """Returns the tasks of a union network for SDXL that knows so many."""
    return TASKS[:count]


def flux_tasks(count: int) -> tuple[str, ...]:
    """Returns the tasks of a union network for Flux that knows so many."""
    return FLUX_TASKS[:count]


def check_task(name: str, task: str, known: Sequence[str]) -> None:
    """Checks that a union network knows a task.

    Args:
        name: Of the network.
        task: What the control images show; empty where that is not known.
        known: The tasks that it knows.

    Raises:
        ModelError: It does not.
    """
    if task not in known:
        said = f"task {task}" if task else "no task"
        raise ModelError(
            f"{name}: is a union ControlNet, and the unit has {said}; set task to what its images show: "
            f"{', '.join(known)}"
        )
