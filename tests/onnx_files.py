"""Files in the format of YuNet, the face detector of OpenCV, written byte by byte."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Field = tuple[int, "int | bytes | str"]
_FLOAT, _INT64 = 1, 7
STRIDES = (8, 16, 32)


def message(*fields: Field) -> bytes:
    """A protobuf message: each field is its number, and a whole number, a text or another message."""
    data = b""
    for number, value in fields:
        if isinstance(value, int):
            data += _varint(number << 3) + _varint(value)
        else:
            raw = value.encode() if isinstance(value, str) else value
            data += _varint(number << 3 | 2) + _varint(len(raw)) + raw
    return data


def _varint(value: int) -> bytes:
    data, value = bytearray(), value & (2**64 - 1)
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def _tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    kind = _INT64 if values.dtype == np.int64 else _FLOAT
    return message(*((1, side) for side in values.shape), (2, kind), (8, name), (9, values.tobytes()))


def _ints(name: str, values: Sequence[int]) -> Field:
    return 5, message((1, name), *((8, value) for value in values), (20, 7))


def _node(kind: str, inputs: Sequence[str], output: str, *attributes: Field) -> Field:
    named = [*((1, name) for name in inputs), (2, output), (3, output), (4, kind)]
    return 1, message(*named, *attributes)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = (message((1, side) if isinstance(side, int) else (2, side)) for side in shape)
    dimensions = message(*((1, side) for side in sides))
    return message((1, name), (2, message((1, message((1, _FLOAT), (2, dimensions))))))


def yunet(offsets_px: NDArray[np.float64], reach_px: float, outputs: str = "cls obj bbox kps") -> bytes:
    """A detector that finds a face in each pure red cell of 8 x 8 pixels, and at no other stride.

    Args:
        offsets_px: The face's five points (5, 2), from the upper left corner of the cell.
        reach_px: Side of its box, whose middle is the corner of the cell.
        outputs: The outputs that it has.
    """
    box = [0.0, 0.0, np.log(reach_px / 8), np.log(reach_px / 8)]
    constants = {"bbox": np.array(box), "kps": offsets_px.flatten() / 8}
    nodes: list[Field] = []
    tensors: list[bytes] = []
    values: list[bytes] = []
    for name in outputs.split():
        for stride in STRIDES:
            made, count = f"{name}_{stride}", len(constants.get(name, [0]))
            weight = np.zeros((count, 3, stride, stride), np.float32)
            bias = constants.get(name, np.array([-20.0])).astype(np.float32)
            if name in ("cls", "obj") and stride == 8:
                weight[:] = np.array([-1.0, -1.0, 1.0]).reshape(3, 1, 1) * 40 / 255 / 64  # BGR, 0 to 255
            tensors += [_tensor(f"{made}_w", weight), _tensor(f"{made}_b", bias)]
            tensors += [_tensor(f"{made}_s", np.array([1, -1, count], np.int64))]
            sides = [_ints("kernel_shape", (stride, stride)), _ints("strides", (stride, stride))]
            nodes += [_node("Conv", ("input", f"{made}_w", f"{made}_b"), f"{made}_c", *sides)]
            squash = name in ("cls", "obj")
            nodes += [_node("Sigmoid", (f"{made}_c",), f"{made}_p")] if squash else []
            last = f"{made}_p" if squash else f"{made}_c"
            nodes += [_node("Transpose", (last,), f"{made}_t", _ints("perm", (0, 2, 3, 1)))]
            nodes += [_node("Reshape", (f"{made}_t", f"{made}_s"), made)]
            values += [_value(made, (1, "cells", count))]
    graph = message(
        *nodes,
        (2, "yunet"),
        *((5, tensor) for tensor in tensors),
        (11, _value("input", (1, 3, "height", "width"))),
        *((12, value) for value in values),
    )
    return message((1, 8), (7, graph), (8, message((1, ""), (2, 13))))
