"""The library of needs: how many a village may put into it, and that what the public reads names nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import N_
from core.publicity.rules.leaks import scan_text

#: states in which a need counts against its village
COUNTED = ("submitted", "listed", "done")
_SHORTEST_NAME = 2


@dataclass(frozen=True)
class Library:
    """What the plan says: at least and at most so many of each village, and of how many villages."""

    least: int
    most: int
    villages: int | None = None
    clause: str = ""

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The least and the most of all villages together."""
        return None if self.villages is None else (self.villages * self.least, self.villages * self.most)

    def over(self, count: int) -> bool:
        """Whether a village has more than it may."""
        return count > self.most

    def short(self, count: int) -> bool:
        """Whether a village has fewer than it should."""
        return count < self.least


def telling(text: str, names: Iterable[str]) -> list[str]:
    """What in a public text would tell whose need it is: a name, or an identity, card or phone number."""
    found = [N_("公开的内容里不能有姓名")] if any(len(name) >= _SHORTEST_NAME and name in text for name in names) else []
    if scan_text(text, ""):
        found.append(N_("公开的内容里不能有证件号、银行卡号、手机号"))
    return found
