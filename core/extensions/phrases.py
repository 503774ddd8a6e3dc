"""Messages that rules fill in Chinese by the thousand, and that can be taken apart again where somebody reads another
language: what is stored is one text, and nothing is carried along with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Phrase:
    """A message with places `%(name)s`, by which its filled-in texts are known again. A place that touches the next one
    holds a number. Made once, beside the rule that says it: `TOO_LONG = phrase(N_("%(label)s最多 %(most)s 个字"))`."""

    message: str
    form: re.Pattern[str] = field(repr=False)
    #: the longest of its fixed parts, asked for before the form
    sign: str = field(repr=False)

    def __call__(self, **values: object) -> str:
        """The text in Chinese."""
        return self.message % values

    @property
    def rank(self) -> tuple[int, int]:
        """The more it fixes, the likelier a text that fits is its own."""
        return len(_PLACE.sub("", self.message)), len(_PLACE.findall(self.message))


_KNOWN: dict[str, Phrase] = {}


def phrase(message: str) -> Phrase:
    """Make a phrase known."""
    parts = _PLACE.split(message)  # fixed, name, fixed, name, …, fixed
    fixed, names = parts[::2], parts[1::2]
    places = [f"(?P<{name}>{_held(after, begins=not at and not fixed[0])})"
              for at, (name, after) in enumerate(zip(names, [*fixed[1:-1], "."], strict=True))]
    form = "".join(re.escape(text) + place for text, place in zip(fixed, [*places, ""], strict=True))
    _KNOWN[message] = made = Phrase(message, re.compile(form, re.DOTALL), max(fixed, key=len))
    return made


def _held(after: str, *, begins: bool) -> str:
    """What a place may hold, by the fixed text after it. One that begins a message holds no colon: what stands before that
    is a message of its own, of which this one is a part."""
    if not after:
        return r"[-+\d.,]+(?![-+\d.,])"
    return "[^：\n]+?" if begins else ".+?"


def taken_apart(text: str) -> tuple[str, Mapping[str, str]] | None:
    """The message a text was made of, and what stands in its places; None for any other text."""
    fitting = (one for one in _KNOWN.values() if one.sign in text)
    for one in sorted(fitting, key=lambda each: each.rank, reverse=True):
        found = one.form.fullmatch(text)
        if found:
            return one.message, found.groupdict()
    return None
