"""Amounts as receipts write them: in capital characters (大写金额)."""

from __future__ import annotations

from decimal import Decimal

import cn2an

from core.errors import N_, InvalidInput

_FEN = Decimal("0.01")
#: one more digit than any column of the platform holds
_MOST = Decimal("1000000000000")


def uppercase(amount: Decimal) -> str:
    """An amount in capital characters, to the fen: 1,000,005.60 is 壹佰万零伍元陆角."""
    if not amount.is_finite() or amount < 0 or amount > _MOST or amount != amount.quantize(_FEN):
        raise InvalidInput(N_("金额 %(amount)s 不能写成大写：应为不小于零、最多两位小数的数"), amount=amount)
    return str(cn2an.an2cn(f"{amount:.2f}", "rmb"))
