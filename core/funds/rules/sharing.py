"""Who bears an amount: by ratio, by fixed amounts, by whoever takes the rest, by the level of the school's owner, by
where the pupil comes from – or nobody yet, where the plan does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import N_
from core.funds.rules.shares import ZERO, split

#: who may bear a share, with the word officials use
PAYERS: Mapping[str, str] = {
    "state": N_("中央"), "province": N_("省级"), "city": N_("市（州）级"), "county": N_("县级"), "city_county": N_("市县"),
    "township": N_("乡镇"), "village": N_("村"), "school": N_("学校"), "owner": N_("学校举办者"),
    "origin_city": N_("生源地市"), "origin_county": N_("生源地县"), "school_county": N_("就读地县"), "donor": N_("捐赠资金"),
    "person": N_("个人"),
}
#: sums that a ratio may have without a remark: tenths, hundredths, parts of one
_USUAL = (Decimal(1), Decimal(10), Decimal(100))


@dataclass(frozen=True)
class Share:
    """How an amount is borne. Fixed `amounts` come first, in their order; what is left goes by `ratio`, or to
    `residual`. `cases` are other shares by the level of the school's owner. `unspecified` is the print where the
    plan gives no ratio (按相关比例): a legal state, nothing is guessed."""

    ratio: tuple[tuple[str, Decimal], ...] = ()
    amounts: tuple[tuple[str, Decimal], ...] = ()
    residual: str = ""
    cases: Mapping[str, Share] = field(default_factory=dict)
    unspecified: str = ""


@dataclass(frozen=True)
class Part:
    """What one payer bears. `place` is who that is, where the facts say so: the tenant of a pupil's origin."""

    payer: str
    amount: Decimal
    place: str = ""


@dataclass(frozen=True)
class Allocation:
    """An amount with its payers. Parts and `unallocated` always add up to the whole."""

    parts: tuple[Part, ...]
    unallocated: Decimal = ZERO
    warnings: tuple[str, ...] = ()

    def of(self, payer: str) -> Decimal:
        """What a payer bears in all."""
        return sum((part.amount for part in self.parts if part.payer == payer), ZERO)


def allocate(total: Decimal, share: Share, *, owner_level: str = "", places: Mapping[str, str] | None = None) -> Allocation:
    """Divide a total among its payers. `owner_level` is the level of the school's owner (省属、市属、县属), `places` says
    who a payer is ({"origin_county": "620502"}): whoever pays by origin is charged there, not at the school."""
    if share.cases:
        case = share.cases.get(owner_level)
        if case is None:
            return Allocation((), total, (_no_case(owner_level),))
        return allocate(total, case, places=places)
    known = places or {}
    parts, rest = _fixed(total, share, known)
    warnings: list[str] = []
    if share.ratio:
        amounts = split(rest, [weight for _, weight in share.ratio])
        parts += [Part(payer, amount, known.get(payer, "")) for (payer, _), amount in zip(share.ratio, amounts, strict=True)]
        rest = ZERO
        warnings += _remarks(share)
    elif share.residual:
        parts.append(Part(share.residual, rest, known.get(share.residual, "")))
        rest = ZERO
    warnings += [f"不知道{PAYERS[part.payer]}是哪里，暂记未落实" for part in parts
                 if part.payer.startswith("origin_") and not part.place and known]
    return Allocation(tuple(parts), rest, tuple(warnings))


def _fixed(total: Decimal, share: Share, places: Mapping[str, str]) -> tuple[list[Part], Decimal]:
    parts: list[Part] = []
    rest = total
    for payer, amount in share.amounts:
        borne = min(amount, rest)
        parts.append(Part(payer, borne, places.get(payer, "")))
        rest -= borne
    return parts, rest


def _remarks(share: Share) -> list[str]:
    whole = sum((weight for _, weight in share.ratio), Decimal(0))
    if whole in _USUAL:
        return []
    printed = "∶".join(f"{weight.normalize():f}" for _, weight in share.ratio)
    return [f"比例 {printed} 合计 {whole.normalize():f}，不是 10 或 100；按各份占合计的比重分担，请核对原文"]


def _no_case(owner_level: str) -> str:
    return f"方案没有写明{PAYERS.get(owner_level, owner_level or '举办者层级不明')}学校由谁负担"
