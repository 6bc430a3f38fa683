"""Words YAML's errors: what is wrong, and how to write text with characters that mean something in YAML."""

import yaml

_REMEDIES = (
    ("escape", "in double quotes \\ begins an escape: put text with \\ in single quotes, 'C:\\film'"),
    ("'\\t'", "indent with spaces; put text that begins with a tab in quotes"),
)
_QUOTE = "put text with any of : # [ ] { } , & * ! | > % @ ` in quotes, 'a cat: red'"


def explain(error: yaml.YAMLError) -> str:
    """Returns the problem of a YAML text with its remedy."""
    if not isinstance(error, yaml.MarkedYAMLError) or not error.problem:
        return " ".join(str(error).split())
    remedies = (remedy for sign, remedy in _REMEDIES if sign in error.problem)
    return f"{error.problem}; {next(remedies, _QUOTE)}"
