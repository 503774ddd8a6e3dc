"""What kinds, levels and movements are called."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import N_

KINDS: Mapping[str, str] = {"own": N_("自有资金"), "named": N_("专项基金"), "transit": N_("在途专户"),
                            "collected": N_("代收款")}
LEVELS: Mapping[str, str] = {"village": N_("村级"), "township": N_("乡镇级"), "county": N_("县级"), "city": N_("市级"),
                             "province": N_("省级")}
MOVEMENTS: Mapping[str, str] = {"receipt": N_("收入"), "spending": N_("支出"), "transfer_out": N_("转出"),
                                "transfer_in": N_("转入"), "reversal": N_("冲正")}
