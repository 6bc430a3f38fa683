"""Builds networks without initializing their weights, which a file replaces anyway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn
from torch.overrides import TorchFunctionMode

from animator.models.depth.spec import DepthModelSpec


def empty(spec: DepthModelSpec) -> nn.Module:
    """Returns the network of a spec with uninitialized weights."""
    with _SkipInit():
        return spec.build()


class _SkipInit(TorchFunctionMode):
    """Turns random weight initialization into a no-op inside the context; it would take seconds."""

    _INITIALIZERS = frozenset(
        {"uniform_", "normal_", "erfinv_", "trunc_normal_", "kaiming_uniform_", "xavier_uniform_"}
    )

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        keywords = dict(kwargs or {})
        if getattr(func, "__name__", "") in self._INITIALIZERS:
            return args[0] if args else keywords["tensor"]
        return func(*args, **keywords)
