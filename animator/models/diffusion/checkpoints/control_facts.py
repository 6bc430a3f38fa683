"""`ControlFacts`: what the config or the header of a network for control images says; nothing is loaded."""

from dataclasses import dataclass
from pathlib import Path

from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.t2i_keys import is_adapter, is_for_xl

CONFIG = "config.json"


@dataclass(frozen=True)
class ControlFacts:
    """Facts about a ControlNet, a union ControlNet or a T2I-Adapter.

    Attributes:
        width: Of the text that it takes; 0 where that is not known, and for adapters.
        tasks: Number of tasks that a union ControlNet knows; 0 for others.
        is_adapter: True for a T2I-Adapter.
        is_for_xl: True for one that was made for SDXL.
    """

    width: int = 0
    tasks: int = 0
    is_adapter: bool = False
    is_for_xl: bool = False


def control_facts(checkpoint: Checkpoint) -> ControlFacts:
    """Returns the facts of a network; none are known of a hub id or a pickled file.

    Raises:
        ModelError: Its config or header is broken.
    """
    path = Path(checkpoint.location)
    if checkpoint.kind == "folder":
        return _of_folder(path)
    if checkpoint.kind == "file" and path.suffix == SAFE:
        return _of_file(path)
    return ControlFacts()


def _of_folder(folder: Path) -> ControlFacts:
    config = read_config(folder / CONFIG)
    if config.get("_class_name") == "T2IAdapter":
        return ControlFacts(is_adapter=True, is_for_xl=config.get("downscale_factor") == 16)
    is_union = config.get("_class_name") == "ControlNetUnionModel"
    width, tasks = config.get("cross_attention_dim"), config.get("num_control_type", 6)
    return ControlFacts(
        width=width if isinstance(width, int) else 0,
        tasks=tasks if is_union and isinstance(tasks, int) else 0,
    )


def _of_file(path: Path) -> ControlFacts:
    shapes = read_header(path).shapes
    if is_adapter(shapes):
        return ControlFacts(is_adapter=True, is_for_xl=is_for_xl(shapes))
    width = next((shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k.weight")), 0)
    tasks = next((shape[0] for name, shape in shapes.items() if name.endswith("task_embedding") and shape), 0)
    return ControlFacts(width, tasks)
