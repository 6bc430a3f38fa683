"""Empty networks, ready for the weights of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode

from animator.models.depth.spec import DepthModelSpec


def empty(spec: DepthModelSpec) -> nn.Module:
    """The network with unset weights."""
    with _Unset():
        return spec.build()


class _Unset(TorchFunctionMode):
    """Inside it, random numbers are not drawn: all weights are replaced, and drawing them takes seconds."""

    _DRAWS = frozenset(
        {"uniform_", "normal_", "erfinv_", "trunc_normal_", "kaiming_uniform_", "xavier_uniform_"}
    )

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        if getattr(func, "__name__", "") in self._DRAWS:
            return args[0] if args else given["tensor"]
        return func(*args, **given)
