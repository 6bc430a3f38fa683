"""Names of the tensors of IP-Adapters for Flux, in the two layouts that people have."""

import re
from collections.abc import Iterable

_PROJECTION = re.compile(r"^ip_adapter_proj_model\.")
_LAYER = re.compile(r"^double_blocks\.(\d+)\.processor\.ip_adapter_double_stream_([kv])_proj\.")
_FIRST = "ip_adapter.0.to_k_ip.bias"
"""What those for U-Nets do not have: they have no biases, and number their layers from 1."""


def common_name(name: str) -> str:
    """Returns the name that IP-Adapters of all bases share, for one of XLabs' files; others as they are."""
    name = _PROJECTION.sub("image_proj.", name)
    return _LAYER.sub(r"ip_adapter.\1.to_\2_ip.", name)


def is_for_flux(names: Iterable[str]) -> bool:
    """Returns True for the names of an IP-Adapter for Flux, in either layout."""
    return any(common_name(name) == _FIRST for name in names)
