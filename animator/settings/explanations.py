"""The sentences about settings: the docstrings below their fields."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import TypeGuard

from pydantic import BaseModel

from animator.settings.scheduled import ScheduledGroup
from animator.settings.step import StepSettings


def is_step(kind: type[BaseModel]) -> TypeGuard[type[StepSettings]]:
    """Returns True for the settings class of one step."""
    return issubclass(kind, StepSettings) and kind is not StepSettings


@cache
def explanations(kind: type[BaseModel]) -> Mapping[str, str]:
    """Returns the docstrings below the fields of a group, by name, each on one line.

    A class whose source is not there, as in some packages of others, has none.
    """
    sources: tuple[type, ...] = (kind,)
    if is_step(kind):
        sources = (StepSettings, kind.step)
    elif issubclass(kind, ScheduledGroup):
        sources = (kind.plan_type, kind)
    texts: dict[str, str] = {}
    for source in sources:
        for field, below in pairwise(_body_of(source)):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    texts[name] = " ".join(text.split())
    return MappingProxyType(texts)


def _body_of(kind: type) -> list[ast.stmt]:
    try:
        source = inspect.getsource(kind)
    except (OSError, TypeError):
        return []
    (node,) = ast.parse(textwrap.dedent(source)).body
    return node.body if isinstance(node, ast.ClassDef) else []
