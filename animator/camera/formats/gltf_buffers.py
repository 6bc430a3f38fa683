"""Numbers in the embedded buffers of a glTF file."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animator.errors import UserError

Array = NDArray[np.float64]
_KINDS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_FLOAT = 5126
_MOST_NUMBERS = 4_000_000


def item(document: Mapping[str, Any], name: str, index: object) -> Mapping[str, Any]:
    """Returns an item of one of a document's lists.

    Raises:
        UserError: There is no such item.
    """
    items = document.get(name)
    if isinstance(items, list) and isinstance(index, int) and 0 <= index < len(items):
        found = items[index]
        if isinstance(found, Mapping):
            return found
    raise UserError(f"{name}: has no item {index!r:.40}")


def whole(value: object, what: str) -> int:
    """Returns a whole number from 0 of a document; 0 where it is left out.

    Raises:
        UserError: It is something else.
    """
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise UserError(f"{what}: is {value!r:.40}; expected a whole number from 0")
    return value


@dataclass(frozen=True)
class Accessors:
    """The accessors of a document.

    Attributes:
        document: The glTF file.
        buffers: The content of each buffer, or why it cannot be read.
    """

    document: Mapping[str, Any]
    buffers: tuple[bytes | str, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Accessors":
        """Returns the accessors of a document, whose embedded buffers are read once."""
        buffers = document.get("buffers")
        return cls(document, tuple(map(_content, buffers if isinstance(buffers, list) else ())))

    def numbers(self, index: object, width: int) -> Array:
        """Returns the numbers of an accessor (n, width).

        Raises:
            UserError: It has other numbers, or they are not in an embedded buffer.
        """
        accessor = item(self.document, "accessors", index)
        where = f"accessors {index}"
        kind, count = accessor.get("type"), whole(accessor.get("count"), f"{where} count")
        if accessor.get("componentType") != _FLOAT or not isinstance(kind, str) or _KINDS.get(kind) != width:
            raise UserError(f"{where}: expected 32-bit numbers, {width} at a time")
        if "sparse" in accessor:
            raise UserError(f"{where}: is sparse; expected all of its numbers in a buffer")
        if not 1 <= count * width <= _MOST_NUMBERS:
            raise UserError(f"{where}: has {count} items; expected 1 to {_MOST_NUMBERS // width}")
        view = item(self.document, "bufferViews", accessor.get("bufferView"))
        start = whole(view.get("byteOffset"), where) + whole(accessor.get("byteOffset"), where)
        stride = whole(view.get("byteStride"), where) or 4 * width
        data = self._buffer(view.get("buffer"))
        if stride % 4 or start % 4 or start + stride * (count - 1) + 4 * width > len(data):
            raise UserError(f"{where}: reaches past the end of its buffer")
        found = np.ndarray((count, width), dtype="<f4", buffer=data, offset=start, strides=(stride, 4))
        if not np.isfinite(found).all():
            raise UserError(f"{where}: has a number that is not finite")
        return np.array(found, dtype=np.float64)

    def _buffer(self, index: object) -> bytes:
        item(self.document, "buffers", index)
        found = self.buffers[index] if isinstance(index, int) else ""
        if isinstance(found, str):
            raise UserError(f"buffers {index}: {found}")
        return found


def _content(buffer: Any) -> bytes | str:
    """Returns the content of an embedded buffer, or why it cannot be read."""
    uri = buffer.get("uri") if isinstance(buffer, Mapping) else None
    if not isinstance(uri, str) or not uri.startswith("data:"):
        return "is not embedded; export as glTF Embedded (.gltf)"
    try:
        return b64decode(uri.partition(",")[2], validate=True)
    except ValueError:
        return "is not base64"
