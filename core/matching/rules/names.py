"""Whether two names may be two writings of one: by sound, a gap for a rare character, a part left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from core.registry.rules.names import sound_key

GAP = "_"
#: names of so many syllables may lack a part (阿卜杜·热合曼·买买提 and 阿卜杜热合曼), at this likeness in percent
LONG, ALIKE = 4, 90
#: what is confused in speech: zh z, ch c, sh s; l n, f h; n ng at the end
_FIRST = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("f", "h"))


def sounds_of(name_keys: Iterable[str]) -> dict[str, str]:
    """The sound of each name, worked out once."""
    return {name: sound_key(name) for name in name_keys}


def near(one: str, other: str) -> bool:
    """Whether two sounds (`sound_key`), of names not written alike, may be of one name.

    Syllable by syllable the same, a gap standing for any; or one syllable heard otherwise, as n and ng or l and n are
    confused. 大宝 and 小宝 are not near: twins are named so.
    """
    left, right = one.split(" "), other.split(" ")
    if len(left) != len(right):
        return min(len(left), len(right)) >= LONG and fuzz.partial_ratio(one, other) >= ALIKE
    unlike = [(a, b) for a, b in zip(left, right, strict=True) if a != b and GAP not in (a, b)]
    if not unlike:
        return left != [GAP] * len(left) and right != [GAP] * len(right)
    return len(unlike) == 1 and heard(unlike[0][0]) == heard(unlike[0][1])


def heard(syllable: str) -> str:
    """A syllable as it may be heard."""
    for exact, loose in _FIRST:
        if syllable.startswith(exact):
            syllable = loose + syllable.removeprefix(exact)
            break
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


def near_many(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """The same for many pairs of sounds, in their order."""
    return [near(one, other) for one, other in pairs]
