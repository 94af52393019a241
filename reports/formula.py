"""LaTeX as MathML, rendered when the report is written; what cannot be rendered is shown as it was written.

A formula may come from outside, so the converter's tree is copied element by element through a list of MathML
elements and attributes, and its text is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape

__all__ = ["formula", "is_rendered", "prose"]

# fmt: off
ELEMENTS = frozenset((
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom",
    "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd",
))
ATTRIBUTES = frozenset((
    "display", "accent", "accentunder", "stretchy", "fence", "separator", "form", "lspace", "rspace", "minsize",
    "maxsize", "largeop", "movablelimits", "symmetric", "width", "height", "depth", "mathvariant", "displaystyle",
    "scriptlevel", "linethickness",
))
# fmt: on
VALUE = re.compile(r"[A-Za-z0-9.% -]{0,40}\Z")
LONGEST = 4000
"""Characters; no formula of ours has a thousand."""

SPELLINGS = (
    (re.compile(r"\\arg\\(max|min)"), r"\\arg\1"),
    (re.compile(r"\\([bB]igg?[lr]?)\\\|"), r"\\\1‖"),
    (re.compile(r"('+)\^(\{[^{}]*\}|\w)"), lambda found: "^{" + r"\prime " * len(found[1]) + found[2] + "}"),
)
"""Spellings of LaTeX that the converter does not know, and those that it does."""

ACRONYMS = frozenset(("CG", "GAE", "KL", "LQR", "PPO", "SGD", "TD", "TRPO", "TV"))

PROSE = re.compile(r"[(\"“]*(?:[^\W\d_]{2,}(?:[-'’./][^\W\d_]+)*|a|I|i\.e|e\.g)[)\"”]*[,;:.?!]*\Z")
"""A token between blanks that is a word and not a formula."""


class _NotRenderedError(ValueError):
    """The converter does not know a command, or made something that is no MathML."""


@cache
def formula(latex: str, *, block: bool = False) -> Markup:
    """A formula as a ``math`` element; as code where it cannot be rendered."""
    try:
        return _mathml(latex, block)
    except _NotRenderedError:
        return Markup("<code>{}</code>").format(latex)


def is_rendered(latex: str) -> bool:
    """Whether a formula is made of commands that the converter knows."""
    try:
        _mathml(latex, False)
    except _NotRenderedError:
        return False
    return True


@cache
def prose(text: str) -> Markup:
    """Words with formulas among them, which no delimiters tell apart: tokens that are no words are formulas."""
    parts = (escape(part) if words else formula(part) for words, part in runs(text))
    return Markup(" ").join(parts)


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """The text as runs of words (True) and formulas (False); a formula is not cut inside braces or a pair."""
    if not re.search(r"[\\^_=<>|+]", text):
        yield True, text
        return
    kinds = [(_is_words(token), token) for token in _tokens(text)]
    for i, (words, token) in enumerate(kinds):
        # A lone "a" or "I" between formulas is a variable; capitals after a formula are a product of matrices.
        alone = token in ("a", "I") and not any(kind for kind, _ in kinds[max(i - 1, 0) : i + 2 : 2])
        letters = re.sub(r"\W", "", token)
        product = 1 < len(letters) < 4 and letters.isupper() and letters not in ACRONYMS and i and not kinds[i - 1][0]
        if words and (alone or product):
            kinds[i] = (False, token)
    kind, held = kinds[0][0], [kinds[0][1]]
    for words, token in kinds[1:]:
        if words != kind:
            yield kind, " ".join(held)
            kind, held = words, []
        held.append(token)
    yield kind, " ".join(held)


def _tokens(text: str) -> Iterator[str]:
    held, depth = "", 0
    for token in text.split():
        held = f"{held} {token}" if held else token
        bare = re.sub(r"\\[{}]", "", token)
        depth += bare.count("{") - bare.count("}")
        depth += len(re.findall(r"\\left(?![a-z])", token)) - len(re.findall(r"\\right(?![a-z])", token))
        if depth <= 0:
            yield held
            held, depth = "", 0
    if held:
        yield held


def _is_words(token: str) -> bool:
    return bool(PROSE.match(token)) or not re.search(r"[A-Za-z0-9\\=<>|+\-(\[]", token)


@cache
def _mathml(latex: str, block: bool) -> Markup:
    if len(latex) > LONGEST:
        raise _NotRenderedError("too long")
    for spelling, known in SPELLINGS:
        latex = spelling.sub(known, latex)
    try:
        tree = convert_to_element(latex, display="block" if block else "inline")
    except Exception as error:  # the converter raises many kinds on text that is no LaTeX
        raise _NotRenderedError(str(error)) from error
    return Markup("".join(_copied(tree)))  # noqa: S704 - every piece has been escaped


def _copied(node: Element) -> Iterator[str]:
    text = re.sub(r"\\([_%&#$])", r"\1", html.unescape(node.text or ""))
    if node.tag not in ELEMENTS or ("\\" in text and text != "\\"):
        raise _NotRenderedError(f"{node.tag}: {text}")
    if node.tag == "mrow" and len(node) == 1:  # it groups nothing
        yield from _copied(node[0])
        return
    yield f"<{node.tag}"
    for name, value in node.items():
        if name in ATTRIBUTES and VALUE.match(value) and (name, value) != ("display", "inline"):
            yield f' {name}="{value}"'
    yield f">{escape(text)}"
    for child in node:
        yield from _copied(child)
    yield f"</{node.tag}>"
