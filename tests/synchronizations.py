"""A device without hardware: it computes on the CPU, and notes where the host waits for it.

Its tensors are on torch's meta device, but have values. So a film is rendered by the code for GPUs, and every
place is found at which the host reads a value of the device, or gives it memory that is not pinned. As on a
GPU, an operation does not mix tensors of host and device.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

import animator

DEVICE = torch.device("meta")
_HOST = torch.device("cpu")
_SOURCES = Path(animator.__file__).parent
_PAGE = _SOURCES.parent / "docs" / "bench.md"


class Place(NamedTuple):
    """A function in which the host waits: its file below `animator`, with slashes, and its name."""

    file: str
    function: str


_PINNED = Place("images/side_stream.py", "to_device")
"""Gives memory to the device without waiting."""
_CONVERSIONS = {Place("images/side_stream.py", "to_host"), Place("images/image.py", "to_uint8")}
"""Wait for those who call them."""
_READS = {
    Tensor.item, Tensor.tolist, Tensor.numpy, Tensor.__bool__, Tensor.__float__, Tensor.__int__,
    Tensor.__index__, Tensor.__array__,
}  # fmt: skip
_UPLOADS = {torch.tensor, torch.as_tensor, torch.asarray}
_WAITS = {
    "_linalg_check_errors", "_local_scalar_dense", "_unique2", "bincount", "equal", "histc", "masked_select",
    "nonzero", "unique_consecutive", "unique_dim", "unique_dim_consecutive",
}  # fmt: skip
"""Operators of aten whose result is a value, or has a shape that depends on values."""
_INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_"}


@dataclass(frozen=True)
class Synchronizations:
    """What the host waited for.

    Attributes:
        found: Place -> what happened there.
    """

    found: dict[Place, set[str]] = field(default_factory=dict)

    def note(self, what: str) -> None:
        """Notes that the host waits, in the innermost function of `animator` that runs."""
        place = _place(sys._getframe(1))
        if place != _PINNED:
            self.found.setdefault(place, set()).add(what)


def listed() -> dict[Place, str]:
    """The places in the table of `docs/bench.md`, with their reasons."""
    rows = re.findall(r"^\| `([\w/]+\.py)` `(\w+)` \|.*\| (.+) \|$", _PAGE.read_text("utf-8"), re.M)
    return {Place(file, function): reason for file, function, reason in rows}


def source_of(place: Place) -> str:
    """The text of a place's file."""
    return (_SOURCES / place.file).read_text("utf-8")


@contextmanager
def synchronizations() -> Iterator[Synchronizations]:
    """Makes `DEVICE` compute within a `with` block, and gives what this thread waits for."""
    functions, operators = _Functions(), _Operators()  # type: ignore[no-untyped-call]  # torch's is untyped
    functions.noted = operators.noted = Synchronizations()
    with functions, operators:
        yield operators.noted


class OnDevice(Tensor):
    """A tensor of the device.

    Attributes:
        held: Its values, in the CPU's memory.
    """

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> "OnDevice":
        with torch.inference_mode(mode=False):  # views of other tensors are to be possible in it, too
            made: OnDevice = Tensor._make_wrapper_subclass(
                cls, held.shape, strides=held.stride(), dtype=held.dtype, device=DEVICE
            )
        made.held = held
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]  # torch's way

    @classmethod  # in torch's stub it is a function
    def __torch_dispatch__(cls, func: Any, _: Any, args: Any, kwargs: Any) -> Any:  # type: ignore[override]  # torch has no types here
        return _compute(func, args, kwargs or {})


class _Functions(TorchFunctionMode):
    """Notes functions of torch that read values on the host, or take them from there."""

    noted: Synchronizations

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        is_read = func in _READS and isinstance(args[0], OnDevice)
        if is_read and func in (Tensor.numpy, Tensor.__array__):
            raise TypeError("a tensor of the device has no numpy array; copy it to the host first")
        if is_read:
            self.noted.note(func.__name__)
            return func(args[0].held, *args[1:], **kwargs)
        if func is Tensor.new_tensor and isinstance(args[0], OnDevice):
            self.noted.note("values of the host")
            return OnDevice(func(args[0].held, *args[1:], **kwargs))
        is_upload = func in _UPLOADS and torch.device(kwargs.get("device") or _HOST) == DEVICE
        if is_upload and not isinstance(args[0], OnDevice):
            self.noted.note("values of the host")
            return OnDevice(func(*args, **{**kwargs, "device": _HOST}))
        return func(*args, **kwargs)


class _Operators(TorchDispatchMode):
    """Runs operators for the device, and notes those that wait."""

    noted: Synchronizations

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
        of_host = [one for one in tensors if not isinstance(one, OnDevice)]
        if len(of_host) == len(tensors) and kwargs.get("device") != DEVICE:
            return func(*args, **kwargs)
        if torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), "CompositeImplicitAutograd"):
            with self:  # in inference mode, operators that are made of others get here
                return func.decompose(*args, **kwargs)
        name = func._schema.name.removeprefix("aten::")
        if name in ("_to_copy", "copy_"):
            return self._copy(func, args, kwargs)
        if name in _INDEXING:
            self._note_indices(*args)
        elif any(one.ndim for one in of_host):
            raise AssertionError(f"{name} mixes tensors of host and device")
        if name in _WAITS or (name == "repeat_interleave" and kwargs.get("output_size") is None):
            self.noted.note(name)
        return _compute(func, args, kwargs)

    def _copy(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Copies within the device, to it, or to the host."""
        source = args[1] if len(args) > 1 else args[0]
        is_from_device = isinstance(source, OnDevice)
        if len(args) > 1:
            is_to_device = isinstance(args[0], OnDevice)
        else:
            is_to_device = kwargs.get("device") == DEVICE or (is_from_device and kwargs.get("device") is None)
        if is_to_device != is_from_device:
            self.noted.note("copy to the device" if is_to_device else "copy to the host")
        result = _compute(func, args, kwargs)
        return result.held if isinstance(result, OnDevice) and not is_to_device else result

    def _note_indices(self, into: Tensor, indices: Any, values: Tensor | None = None, *_: Any) -> None:
        """Notes masks as indices, unless they are filled with a number, and indices that lie on the host."""
        given = [one for one in indices if one is not None]
        is_fill = values is not None and values.numel() == 1 and not isinstance(values, OnDevice)
        if not is_fill and any(one.dtype in (torch.bool, torch.uint8) for one in given):
            self.noted.note("mask as index")
        if isinstance(into, OnDevice) and not all(isinstance(one, OnDevice) for one in given):
            self.noted.note("index of the host")


def _compute(func: Any, args: Any, kwargs: Any) -> Any:
    """Returns the result of an operator on the values, on the device."""
    given = {id(one.held): one for one in tree_leaves((args, kwargs)) if isinstance(one, OnDevice)}
    args, kwargs = tree_map_only(OnDevice, lambda one: one.held, (args, kwargs))
    if kwargs.get("device") is not None:
        kwargs = {**kwargs, "device": _HOST}
    result = func(*args, **kwargs)
    # An operator in place returns the tensor that it was given.
    return tree_map_only(Tensor, lambda one: given[id(one)] if id(one) in given else OnDevice(one), result)


def _place(frame: FrameType | None) -> Place:
    """Returns the innermost named function of `animator` that a stack frame is in, but no conversion."""
    while frame is not None:
        code = frame.f_code
        path = Path(code.co_filename)
        if not code.co_name.startswith("<") and path.is_relative_to(_SOURCES):
            place = Place(path.relative_to(_SOURCES).as_posix(), code.co_name)
            if place not in _CONVERSIONS:
                return place
        frame = frame.f_back
    return Place("", "")
