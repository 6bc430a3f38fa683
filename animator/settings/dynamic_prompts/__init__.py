"""Dynamic prompts: the language of `{a|b}`, `__wildcards__` and `${variables}`."""
