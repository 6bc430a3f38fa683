r"""Parses dynamic prompts by recursive descent, in time linear in the length of the text.

    {a|b}  {0.5::a|2::b}            one option, by weight
    {2$$a|b|c}  {1-2$$ and $$a|b}   several options, the text between them
    {~a|b}  {@a|b}  {!a|b}          random, cyclical, combinatorial
    __name__  __folder/*__          a line of a file, or of all files that match
    __name(x=red)__                 with variables set
    ${x=a}  ${x=!{a|b}}  ${x?=a}    sets a variable: each use chooses, chosen once, if not set
    ${x}  ${x:a}                    a variable, with a default
    \{ \} \| \$ \_                  the characters themselves

Text between backticks is math and is kept. In a text of several lines, `#` begins a comment.
"""

import re
from collections.abc import Mapping

from animator.settings.dynamic_prompts import lexer
from animator.settings.dynamic_prompts.errors import TemplateError
from animator.settings.dynamic_prompts.nodes import (
    Assignment,
    Count,
    Literal,
    Node,
    Option,
    Sampling,
    Sequence,
    Template,
    Variable,
    Variant,
    Wildcard,
)
from schedules.prompt_text import NEGATIVE

MAX_DEPTH = 50
"""Most brackets inside each other."""
MAX_CHOICES = 1_000
"""Most brackets and wildcards of one text."""
MAX_COUNT = 1_000
"""Most options that one bracket may choose."""
_BASIC_NAME = re.compile(r"[^\W_][\w./ -]*")
_BARE = "a brace in the text itself is written \\{ or \\}"


def parse(text: str) -> Template:
    """Parses a text.

    Raises:
        TemplateError: The text looks like the syntax but does not follow it.
    """
    source = lexer.blank_comments(text)
    parser = _Parser(source)
    root = parser.sequence("", 0)
    if source != text:
        parser.is_basic = False
    return Template(root, parser.is_basic)


class _Parser:
    """A position in a text."""

    def __init__(self, text: str) -> None:
        self.is_basic = True
        self._text = text
        self._at = 0
        self._choices = 0

    def sequence(self, stops: str, depth: int) -> Sequence:
        """Parses up to the end of the text or of its part, or to a character of `stops`."""
        if depth > MAX_DEPTH:
            raise TemplateError(f"brackets are nested more than {MAX_DEPTH} deep", self._at)
        parts: list[Node] = []
        plain: list[str] = []
        while self._at < len(self._text) and self._text[self._at] not in (stops or "\0"):
            node = self._node(depth)
            if isinstance(node, str):
                plain.append(node)
                continue
            if plain:
                parts.append(Literal("".join(plain)))
                plain.clear()
            parts.append(node)
        if plain:
            parts.append(Literal("".join(plain)))
        return Sequence(tuple(parts))

    def _node(self, depth: int) -> Node | str:
        """Parses the next node, or returns the next piece of plain text."""
        text, at = self._text, self._at
        if text[at] == "{":
            return self._variant(depth)
        if text.startswith("${", at):
            return self._variable(depth)
        if text[at] == "}":
            raise TemplateError(f"this `}}` has no `{{` before it; {_BARE}", at)
        if depth and text.startswith("$$", at):
            raise TemplateError(
                "`$$` follows the number of options to choose, at the beginning of a bracket: {2$$a|b|c}",
                at,
            )
        token = lexer.wildcard_at(text, at) if text.startswith("__", at) else None
        if token is not None:
            return self._wildcard(token, depth)
        match = lexer.TEXT.match(text, at)
        piece = match[0] if match else text[at]
        self._at += len(piece)
        if piece in lexer.ESCAPES or (depth and NEGATIVE in piece):
            self.is_basic = False
        return piece

    def _variant(self, depth: int) -> Variant:
        start = self._at
        self._count_choice()
        self._at += 1
        sampling = self._sampling()
        count = self._count()
        options = [self._option(depth)]
        while self._text.startswith("|", self._at):
            self._at += 1
            options.append(self._option(depth))
        if not self._text.startswith("}", self._at):
            raise TemplateError(f"this `{{` is not closed; {_BARE}", start)
        self._at += 1
        if len(options) == 1:
            self.is_basic = False
            if not options[0].node.parts:
                raise TemplateError(f"`{{}}` has no options, such as {{red|blue}}; {_BARE}", start)
        if not sum(option.weight for option in options):
            raise TemplateError("all options have the weight 0", start)
        return Variant(tuple(options), count, sampling, start)

    def _option(self, depth: int) -> Option:
        weight = 1.0
        if match := lexer.WEIGHT.match(self._text, self._at):
            self.is_basic = False
            weight = float(match[1])
            if weight < 0:
                raise TemplateError(f"the weight {match[1]} is below 0", match.start(1))
            self._at = match.end()
        elif match := lexer.WRONG_WEIGHT.match(self._text, self._at):
            message = f"{match[1].strip()!r} before `::` is not a weight; expected a number such as 0.5"
            raise TemplateError(message, self._at)
        return Option(self.sequence("|}", depth + 1), weight)

    def _sampling(self) -> Sampling | None:
        match = lexer.MARK.match(self._text, self._at)
        if match is None:
            return None
        self.is_basic = False
        self._at = match.end()
        return Sampling(match[1])

    def _count(self) -> Count:
        """Parses `2$$`, `1-2$$`, `-2$$` or `2-$$`, and the separator that may follow."""
        match = lexer.COUNT.match(self._text, self._at)
        if match is None or (match[1] is None and match[3] is None):
            return Count()
        low, dash, high, separator = match.groups()
        if not dash and high is not None:
            return Count()
        self.is_basic = False
        least = int(low) if low else 1
        most = (int(high) if high else None) if dash else least
        if most is not None and most < least:
            raise TemplateError(
                f"{least}-{most} is not a range; write the smaller number first", match.start()
            )
        if least > MAX_COUNT:
            raise TemplateError(f"chooses {least} options; at most {MAX_COUNT} can be chosen", match.start())
        self._at = match.end()
        return Count(least, most, Count.separator if separator is None else separator)

    def _variable(self, depth: int) -> Node:
        start = self._at
        self.is_basic = False
        match = lexer.VARIABLE.match(self._text, start)
        if match is None:
            message = "is not a variable; expected ${name}, ${name:default} or ${name=value}"
            raise TemplateError(f"`{self._text[start : start + 20]}` {message}", start)
        name, keeps, immediate, default = match.groups()
        self._at = match.end()
        value = self.sequence("}", depth + 1)
        if not self._text.startswith("}", self._at):
            raise TemplateError(f"`${{{name}` is not closed by `}}`", start)
        self._at += 1
        if "=" in match[0]:
            return Assignment(name, value, bool(immediate), bool(keeps))
        return Variable(name, value if default else None, start)

    def _count_choice(self) -> None:
        self._choices += 1
        if self._choices > MAX_CHOICES:
            raise TemplateError(f"the prompt has more than {MAX_CHOICES} brackets and wildcards", self._at)

    def _wildcard(self, token: lexer.WildcardToken, depth: int) -> Wildcard:
        self._count_choice()
        start, stop = token.path
        path = self._part(start, stop, depth)
        named = self._variables_of(*token.variables, depth) if token.variables[1] else {}
        if token.mark or token.variables[1] or not _BASIC_NAME.fullmatch(self._text, start, stop):
            self.is_basic = False
        column = self._at
        self._at = token.stop
        sampling = Sampling(token.mark) if token.mark else None
        return Wildcard(path, named, sampling, column, self._text[column : token.stop])

    def _variables_of(self, start: int, stop: int, depth: int) -> Mapping[str, Sequence]:
        """Parses `name=value, name=value` between the brackets of a wildcard."""
        values: dict[str, Sequence] = {}
        for item in _split(self._text, start, stop):
            name, equals, _ = self._text[slice(*item)].partition("=")
            if not equals or not re.fullmatch(lexer.VARIABLE_NAME, name.strip()):
                message = f"`{self._text[slice(*item)].strip()}` does not set a variable"
                raise TemplateError(f"{message}; expected name=value", item[0])
            values[name.strip()] = self._part(item[0] + len(name) + 1, item[1], depth)
        return values

    def _part(self, start: int, stop: int, depth: int) -> Sequence:
        """Parses a range of the text by itself, without moving on."""
        inner = _Parser(self._text[:stop])
        inner._at = start
        inner._choices = self._choices
        return inner.sequence("", depth + 1)


def _split(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Returns the ranges between the commas of a range that are not inside braces."""
    items: list[tuple[int, int]] = []
    depth, begin = 0, start
    for at in range(start, stop):
        depth += (text[at] == "{") - (text[at] == "}")
        if text[at] == "," and depth <= 0:
            items.append((begin, at))
            begin = at + 1
    return [*items, (begin, stop)]
