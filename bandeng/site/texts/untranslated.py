"""Chinese that a reader of the English pages would see: texts written past gettext.

Both checks honour a remark in the line, with a reason: `{# untranslated: … #}` in a template,
`# untranslated: …` in Python; for example for the name of a language, always written in that language.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from bandeng.site.texts.catalogue import CHINESE, shown
from bandeng.site.texts.extract import KEYWORDS, sources

REMARK = "untranslated:"
# Python that speaks to operators, makes up a town, reads Chinese (patterns) instead of speaking it, writes
# dates for each language by itself, or holds names that go into the database with an English column beside.
SKIPPED = {"management", "config", "sample", "osm", "language", "data", "addresses", "speech"}
SKIPPED |= {"catalogue", "division"}
# Not shown to anybody: comments of HTML, programs, style sheets.
SILENT = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
MARKED_LITERAL = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
LITERAL = re.compile(r""""[^"]*"|'[^']*'""")
TRANSLATING = {"trans", "translate", "blocktrans", "blocktranslate"}
CLOSING = {"endblocktrans", "endblocktranslate"}


def problems(root: Path) -> Iterator[str]:
    """Every place with Chinese past gettext, as `file:line: text`."""
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        if not CHINESE.search(source):
            continue
        if path.suffix != ".py":
            found = in_template(source)
        elif is_spoken(path.relative_to(root / "bandeng")):
            found = in_python(source)
        else:
            continue
        lines = source.splitlines()
        for line, text in found:
            if REMARK not in lines[line - 1]:
                yield f"{name}:{line}: Chinese past gettext: {shown(text)}"


def is_spoken(path: Path) -> bool:
    """Whether people read texts of this Python file: views, forms, models, actions and all the rest."""
    return not SKIPPED & {*path.parts[:-1], path.stem}


# -- templates ----------------------------------------------------------------------------------------------


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of Chinese in a template that no tag translates: words, attributes, arguments of tags."""
    for token in _open_tokens(_without_silent(source)):
        if token.token_type == TokenType.TEXT:
            yield from _in_words(token)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            rest = MARKED_LITERAL.sub("", token.contents)
            for literal in LITERAL.findall(rest):
                if CHINESE.search(literal):
                    yield token.lineno, literal[1:-1]


def _without_silent(source: str) -> str:
    """The template without what no reader sees; line numbers stay."""
    return SILENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def _open_tokens(source: str) -> Iterator[Token]:
    """The tokens outside blocktranslate and comment blocks; translating tags themselves are left out."""
    inside = ""
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if inside:
            if word == inside or (inside in CLOSING and word in CLOSING):
                inside = ""
        elif word in ("blocktrans", "blocktranslate"):
            inside = "endblocktranslate"
        elif word == "comment":
            inside = "endcomment"
        elif word not in TRANSLATING:
            yield token


def _in_words(token: Token) -> Iterator[tuple[int, str]]:
    """Chinese in text between tags: one find for each line."""
    for offset, line in enumerate(token.contents.split("\n")):
        if CHINESE.search(line):
            yield token.lineno + offset, line.strip()


# -- Python -------------------------------------------------------------------------------------------------


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of Chinese string literals outside gettext calls, and f-strings inside (never found)."""
    tree = ast.parse(source)
    skipped = _docstrings(tree)
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and _called(node) in KEYWORDS:
            yield from _formatted(node)
            continue
        if isinstance(node, ast.Constant) and node not in skipped:
            if isinstance(node.value, str) and CHINESE.search(node.value):
                yield node.lineno, node.value
            continue
        waiting.extend(ast.iter_child_nodes(node))


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _formatted(call: ast.Call) -> Iterator[tuple[int, str]]:
    for argument in call.args:
        if isinstance(argument, ast.JoinedStr):
            yield argument.lineno, ast.unparse(argument)


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    """The first literal of every module, class and function, and literals that stand alone as remarks."""
    alone = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {value for value in alone if isinstance(value, ast.Constant)}
