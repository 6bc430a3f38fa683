"""Keys of the released files that no network here needs."""

import re
from collections.abc import Callable

# Class heads, tables that follow from the size, and the skip branch of the coarsest level, which has no skip.
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


def needed(key: str) -> str | None:
    """Returns the key, or None where no network needs what it names."""
    return None if _UNUSED.search(key) else key


def renamed_by(rename: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Returns a function that gives None for a key that no network needs, and renames the others."""
    return lambda key: None if needed(key) is None else rename(key)
