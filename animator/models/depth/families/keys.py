"""Keys of the released files that our networks do not need."""

import re
from collections.abc import Callable

# Class heads, tables that follow from the size, and the skip branch of the coarsest level, which has none.
_UNUSED = re.compile(
    "|".join(
        (
            r"^(core\.core\.)?pretrained\.model\.head(_dist)?\.",
            r"^pretrained\.model\.proj_head\.",
            r"\.(relative_position_index|attn_mask|attention_bias_idxs)$",
            r"^pretrained\.mask_token$",
            r"\.log_binomial_transform\.",
            r"scratch\.refinenet4\.resConfUnit1\.",
        )
    )
)


def drop_unused(key: str) -> str | None:
    """Returns the key, or None if no network needs it."""
    return None if _UNUSED.search(key) else key


def rename_needed(rename: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Returns a function that maps unneeded keys to None and renames the others."""
    return lambda key: None if drop_unused(key) is None else rename(key)
