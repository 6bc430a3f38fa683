"""`ControlFacts`: what the config or the header of a network for control images says; nothing is loaded."""

from dataclasses import dataclass
from pathlib import Path

from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.control_tasks import flux_tasks, xl_tasks
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.network_signs import flow_control_family
from animator.models.diffusion.checkpoints.t2i_keys import is_adapter, is_for_xl

CONFIG = "config.json"
FLOW_CLASSES = {"FluxControlNetModel": "flux", "SD3ControlNetModel": "sd3"}
"""diffusers' ControlNets of flow-matching models, with the keys of their families."""


@dataclass(frozen=True)
class ControlFacts:
    """Facts about a ControlNet, a union ControlNet or a T2I-Adapter.

    Attributes:
        width: Of the text that it takes; 0 where that is not known, and for adapters.
        tasks: The tasks that a union ControlNet knows; none for others.
        is_adapter: True for a T2I-Adapter.
        is_for_xl: True for one that was made for SDXL.
        family: Key of the family of flow-matching models that it is for; empty for U-Nets.
    """

    width: int = 0
    tasks: tuple[str, ...] = ()
    is_adapter: bool = False
    is_for_xl: bool = False
    family: str = ""


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
    name = str(config.get("_class_name"))
    if name in FLOW_CLASSES:
        return ControlFacts(family=FLOW_CLASSES[name], tasks=flux_tasks(_whole(config.get("num_mode"))))
    tasks = _whole(config.get("num_control_type", 6)) if name == "ControlNetUnionModel" else 0
    return ControlFacts(width=_whole(config.get("cross_attention_dim")), tasks=xl_tasks(tasks))


def _whole(value: object) -> int:
    """Returns a number of a config; 0 for what is none."""
    return value if isinstance(value, int) and value > 0 else 0


def _of_file(path: Path) -> ControlFacts:
    shapes = read_header(path).shapes
    if is_adapter(shapes):
        return ControlFacts(is_adapter=True, is_for_xl=is_for_xl(shapes))
    if family := flow_control_family(shapes):
        modes = shapes.get("controlnet_mode_embedder.weight", (0,))[0]
        return ControlFacts(family=family, tasks=flux_tasks(modes))
    width = next((shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k.weight")), 0)
    tasks = next((shape[0] for name, shape in shapes.items() if name.endswith("task_embedding") and shape), 0)
    return ControlFacts(width, xl_tasks(tasks))
