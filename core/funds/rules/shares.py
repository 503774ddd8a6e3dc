"""Splitting amounts exact to the fen, and a pool over heads."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from core.errors import N_, InvalidInput

FEN = Decimal("0.01")
ZERO = Decimal("0.00")


def fen(amount: Decimal) -> int:
    """An amount as whole fen; raises InvalidInput where it has a third decimal."""
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount != amount.quantize(FEN):
        raise InvalidInput(N_("“%(amount)s”不是金额：至多两位小数"), amount=str(amount))
    return int(amount * 100)


def yuan(count: int) -> Decimal:
    """Whole fen as an amount."""
    return Decimal(count).scaleb(-2)


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split a total by any positive ratio, to the fen, by the largest remainder; of equal remainders the earlier
    part comes first. The parts always add up to the total: 333.33 at 6:4 gives 200.00 and 133.33."""
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise InvalidInput(N_("比例须为不小于零的数，且不能全为零"))
    sign, count = (-1, -fen(total)) if total < 0 else (1, fen(total))
    exact = [count * share / whole for share in shares]
    found = [int(part) for part in exact]  # rounds down: nothing is negative here
    order = sorted(range(len(exact)), key=lambda at: (found[at] - exact[at], at))
    for at in order[: count - sum(found)]:
        found[at] += 1
    return [yuan(sign * part) for part in found]


def per_head(pool: Decimal, heads: int, step: Decimal = FEN) -> tuple[Decimal, Decimal]:
    """The same amount for each head, a whole number of steps, and what stays in the pool: 16,037.50 over 40 heads
    in steps of one yuan gives 400.00 each and leaves 37.50."""
    if heads < 1 or step <= 0 or pool < 0:
        raise InvalidInput(N_("按人均分须有至少一人、不小于零的资金和大于零的取整单位"))
    count, unit = fen(pool), fen(step)
    each = int((Decimal(count // heads) / unit).to_integral_value(ROUND_FLOOR)) * unit
    return yuan(each), yuan(count - each * heads)
