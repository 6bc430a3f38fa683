"""The camera of a glTF scene: its node, those above it, and their animation."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.camera.formats.gltf_buffers import Accessors, item
from animator.camera.formats.keys import ascending, between_keys, between_turns, number, numbers
from animator.camera.pose import orthonormal, quaternions, rotations_of
from animator.errors import UserError

Array = NDArray[np.float64]
Keys = tuple[Array, Array]
"""Times in seconds (n,), and values (n, k)."""
_WIDTHS = {"translation": 3, "rotation": 4, "scale": 3}
_AT_REST = {"translation": (0.0, 0.0, 0.0), "rotation": (0.0, 0.0, 0.0, 1.0), "scale": (1.0, 1.0, 1.0)}
_MOST_ABOVE = 64
_POINTER = "KHR_animation_pointer"


@dataclass(frozen=True, eq=False)
class CameraNode:
    """A camera in a scene.

    Attributes:
        chain: The keys of its node and of those above it, the topmost first, by property.
        yfov: The keys of its field of view in radians.
    """

    chain: tuple[Mapping[str, Keys], ...]
    yfov: Keys

    @property
    def times(self) -> Array:
        """The times in seconds of all keys, ascending (n,)."""
        every = [times for node in self.chain for times, _ in node.values()] + [self.yfov[0]]
        return np.unique(np.concatenate(every))

    def world(self, frames_of: Callable[[Array], Array], at: Array) -> tuple[Array, Array]:
        """Returns positions (n, 3) and rotations (n, 3, 3) in the world.

        Args:
            frames_of: Converts times of keys to frames.
            at: The frames (n,).
        """
        linear, shift = np.broadcast_to(np.eye(3), (len(at), 3, 3)), np.zeros((len(at), 3))
        for node in self.chain:
            keyed = {name: (frames_of(times), values) for name, (times, values) in node.items()}
            moved, size = (between_keys(*keyed[name], at) for name in ("translation", "scale"))
            shift = shift + np.einsum("nij,nj->ni", linear, moved)
            linear = linear @ rotations_of(between_turns(*keyed["rotation"], at)) * 1.0
            linear = linear * size[:, None, :]
        if not (np.abs(np.linalg.det(linear)) > 1e-12).all():
            raise UserError("the camera's node is scaled to nothing")
        return shift, orthonormal(linear)


def keys_of(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yields the items of one of a document's lists, which may be missing."""
    items = document.get(name)
    yield from (one for one in (items if isinstance(items, list) else []) if isinstance(one, Mapping))


def camera_node(document: Mapping[str, Any], accessors: Accessors) -> CameraNode:
    """Returns the first perspective camera that a node of a document has.

    Raises:
        UserError: There is none, or the document is not consistent.
    """
    for index, node in enumerate(keys_of(document, "nodes")):
        if "camera" in node:
            camera = item(document, "cameras", node["camera"])
            lens = camera.get("perspective")
            if camera.get("type") == "perspective" and isinstance(lens, Mapping):
                chain = tuple(_keyed(document, accessors, one) for one in _above(document, index))
                pointer = f"/cameras/{node['camera']}/perspective/yfov"
                still = (np.zeros(1), np.array([[number(lens.get("yfov"), "yfov")]]))
                return CameraNode(chain, _pointed(document, accessors, pointer) or still)
    raise UserError("has no perspective camera in a node; expected one")


def _above(document: Mapping[str, Any], index: int) -> list[int]:
    """Returns the indices of a node and of those above it, the topmost first."""
    parents: dict[int, int] = {}
    for parent, node in enumerate(document["nodes"]):
        children = node.get("children") if isinstance(node, Mapping) else None
        for child in children if isinstance(children, list) else []:
            if isinstance(child, int):
                parents.setdefault(child, parent)
    chain = [index]
    while chain[0] in parents:
        chain.insert(0, parents[chain[0]])
        if len(chain) > _MOST_ABOVE:
            raise UserError(f"nodes: more than {_MOST_ABOVE} are above the camera, or they are in a circle")
    return chain


def _keyed(document: Mapping[str, Any], accessors: Accessors, index: int) -> dict[str, Keys]:
    """Returns the keys of a node by property; one at 0 s for those that are not animated."""
    node = item(document, "nodes", index)
    still = _from_matrix(node["matrix"]) if "matrix" in node else {}
    keys: dict[str, Keys] = {}
    for name, width in _WIDTHS.items():
        value = still.get(name) or numbers(node.get(name, _AT_REST[name]), width, f"nodes {index} {name}")
        keys[name] = (np.zeros(1), np.array([value]))
    for animation, channel, target in _channels(document):
        moved = target.get("path")
        if target.get("node") == index and isinstance(moved, str) and moved in _WIDTHS:
            keys[moved] = _sampled(accessors, animation, channel, _WIDTHS[moved])
    if (np.linalg.norm(keys["rotation"][1], axis=1) < 1e-6).any():
        raise UserError(f"nodes {index} rotation: is 0; expected a quaternion x, y, z, w")
    return keys


def _pointed(document: Mapping[str, Any], accessors: Accessors, pointer: str) -> Keys | None:
    """Returns the keys that animate what a pointer leads to."""
    for animation, channel, target in _channels(document):
        extensions = target.get("extensions")
        found = extensions.get(_POINTER) if isinstance(extensions, Mapping) else None
        if isinstance(found, Mapping) and found.get("pointer") == pointer:
            return _sampled(accessors, animation, channel, 1)
    return None


def _channels(
    document: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]:
    """Yields each channel of the animations, with its animation and its target."""
    for animation in keys_of(document, "animations"):
        for channel in keys_of(animation, "channels"):
            target = channel.get("target")
            if isinstance(target, Mapping):
                yield animation, channel, target


def _sampled(
    accessors: Accessors, animation: Mapping[str, Any], channel: Mapping[str, Any], width: int
) -> Keys:
    sampler = item(animation, "samplers", channel.get("sampler"))
    times = ascending(accessors.numbers(sampler.get("input"), 1)[:, 0].tolist(), "an animation")
    values = accessors.numbers(sampler.get("output"), width)
    if sampler.get("interpolation") == "CUBICSPLINE" and len(values) == 3 * len(times):
        values = values[1::3]  # between its tangents
    if len(values) != len(times):
        raise UserError(f"an animation has {len(times)} keys and {len(values)} values; expected as many")
    return _held(times, values) if sampler.get("interpolation") == "STEP" else (times, values)


def _held(times: Array, values: Array) -> Keys:
    """Returns keys that hold each value until the next one: two at each time, the old and the new one."""
    return np.repeat(times, 2)[1:], np.repeat(values, 2, axis=0)[:-1]


def _from_matrix(value: Any) -> dict[str, tuple[float, ...]]:
    """Returns translation, rotation and scale of a node's matrix."""
    matrix = np.array(numbers(value, 16, "matrix")).reshape(4, 4).T
    scale = np.linalg.norm(matrix[:3, :3], axis=0)
    if not (scale > 1e-9).all() or abs(np.linalg.det(matrix[:3, :3] / scale)) < 1e-9:
        raise UserError("matrix: is no rotation and scale")
    turn = quaternions(orthonormal((matrix[:3, :3] / scale)[None]))[0]
    return {
        "translation": tuple(matrix[:3, 3].tolist()),
        "rotation": tuple(turn.tolist()),
        "scale": tuple(scale.tolist()),
    }
