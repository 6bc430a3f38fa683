"""The sentences about settings: the docstrings below their fields."""

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import TypeGuard

from pydantic import BaseModel

from animator.settings.scheduled import ScheduledGroup
from animator.settings.step import StepSettings


def is_step(kind: type[BaseModel]) -> TypeGuard[type[StepSettings]]:
    """Returns True for the settings class of one step."""
    return issubclass(kind, StepSettings) and kind is not StepSettings


def explanations(kind: type[BaseModel]) -> dict[str, str]:
    """Returns the docstrings below the fields of a group, by name, each on one line."""
    sources: tuple[type, ...] = (kind,)
    if is_step(kind):
        sources = (StepSettings, kind.step)
    elif issubclass(kind, ScheduledGroup):
        sources = (kind.plan_type, kind)
    texts: dict[str, str] = {}
    for source in sources:
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(source))).body
        body = node.body if isinstance(node, ast.ClassDef) else []
        for field, below in pairwise(body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    texts[name] = " ".join(text.split())
    return texts
