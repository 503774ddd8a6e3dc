"""The facts a condition may speak of, as whoever uses the language declares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

#: one code of several; several codes at once; yes or no; a number; a day
CHOICE, SET, FLAG, NUMBER, DATE = "choice", "set", "flag", "number", "date"
KINDS = (CHOICE, SET, FLAG, NUMBER, DATE)


@dataclass(frozen=True)
class Fact:
    """A fact by the name plans use, with what officials call it. `words`: (code, label) of a choice or a set; without
    words any text is taken, such as the code of a unit. `groups`: one word that stands for several codes."""

    name: str
    title: str
    kind: str
    words: tuple[tuple[str, str], ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: what a number counts: 岁, 人, 元
    measure: str = ""
    #: a fact for each code, written `name.code`: "{}" of the title is what officials call the code
    family: bool = False
    #: of a family without words: whether a code can be one
    fits: Callable[[str], bool] | None = None
    #: where the value comes from, as officials read it
    source: str = ""
    #: of one of a family: the title with its "{}", and what stands in it
    family_title: str = ""
    word: str = ""

    def codes_of(self, word: str) -> tuple[str, ...]:
        """The codes a word of a plan stands for: a code, its label, or a group; empty where the word is unknown."""
        if word in self.groups:
            return self.groups[word]
        if not self.words:
            return (word,)
        return next(((code,) for code, label in self.words if word in (code, label)), ())

    def member(self, word: str) -> Fact | None:
        """The fact of a family for one word; None where there is no such word."""
        codes = self.codes_of(word)
        if len(codes) != 1 or (self.fits is not None and not self.fits(word)):
            return None
        word = self.label_of(codes[0])
        return replace(self, name=f"{self.name}.{codes[0]}", title=self.title.format(word), words=(), groups={}, family=False, fits=None,
                       family_title=self.title, word=word)

    def said(self, say: Callable[[str], str]) -> str:
        """The title in the language that `say` speaks."""
        return say(self.family_title).format(say(self.word)) if self.family_title else say(self.title)

    def label_of(self, code: str) -> str:
        """What officials call a code."""
        return next((label for known, label in self.words if known == code), code)


Vocabulary = Mapping[str, Fact]


def vocabulary(facts: Iterable[Fact]) -> Vocabulary:
    """Facts by name. Raises ValueError for a kind that is none, and for a name given twice."""
    found: dict[str, Fact] = {}
    for fact in facts:
        if fact.kind not in KINDS or fact.name in found or fact.name in ("all", "any", "not"):
            raise ValueError(f"fact {fact.name!r} is declared twice, or its kind {fact.kind!r} is none")
        found[fact.name] = fact
    return found
