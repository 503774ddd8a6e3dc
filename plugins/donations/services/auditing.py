"""The export for audit: every gift, payment, account and movement, with sums that equal the ledgers to the fen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.scoping import in_scope
from core.errors import N_
from core.funds.models import FundAccount, FundMovement
from plugins.donations.models import Gift, Spending
from plugins.donations.rules import words
from plugins.donations.services.workbooks import open_book, write_sheet

ZERO = Decimal("0.00")
GIFT_HEAD = ("凭据号", "日期", "类别", "捐赠人", "方式", "金额", "状态", "票据号")
_KINDS = {"receipt": "收入", "spending": "支出", "transfer_in": "转入", "transfer_out": "转出", "reversal": "冲正"}
#: donations' accounts alone
_OURS = (FundAccount.code >= "donations.", FundAccount.code < "donations/")


def write_audit(session: Session, out: BinaryIO, *, gifts: Scope, spendings: Scope) -> int:
    """Write the workbook; gives how many rows it has. Who gave anonymously is not in it: that is revealed one by one."""
    book = open_book(out)
    sums = [write_sheet(book, N_("捐赠"), GIFT_HEAD, _gifts(session, gifts), 5),
            write_sheet(book, N_("支出"), ("日期", "用途", "项目", "金额", "状态", "摘要"), _spendings(session, spendings), 3)]
    accounts = session.scalars(in_scope(select(FundAccount).where(*_OURS), FundAccount, spendings).order_by(FundAccount.code)).all()
    rows = ((row.code, row.title, row.balance) for row in accounts)
    sums.append(write_sheet(book, N_("账户"), ("编码", "名称", "余额"), rows, 2))
    sums.append(write_sheet(book, N_("收支"), ("账户", "序号", "日期", "种类", "金额", "余额", "来源"), _movements(session, accounts), 4))
    write_sheet(book, N_("合计"), ("表", "行数", "金额"), sums)
    book.close()
    return sum(count for _, count, _ in sums)


def _gifts(session: Session, scope: Scope) -> Iterator[tuple[object, ...]]:
    for row in session.scalars(in_scope(select(Gift), Gift, scope).order_by(Gift.id)):
        yield (row.reference, row.given_on, words.label(words.DONOR_KINDS, row.donor_kind), row.donor_name or row.class_name,
               words.label(words.FORMS, row.form), row.amount if row.state == "recorded" else ZERO,
               words.label(words.GIFT_STATES, row.state), row.receipt_number or "")


def _spendings(session: Session, scope: Scope) -> Iterator[tuple[object, ...]]:
    for row in session.scalars(in_scope(select(Spending), Spending, scope).order_by(Spending.id)):
        yield (row.spent_on, words.label(words.USES, row.use), row.project_code, row.amount if row.state == "paid" else ZERO,
               words.label(words.SPENDING_STATES, row.state), row.memo)


def _movements(session: Session, accounts: Sequence[FundAccount]) -> Iterator[tuple[object, ...]]:
    for account in accounts:
        found = select(FundMovement).where(FundMovement.tenant_id == account.tenant_id, FundMovement.account_id == account.id)
        for row in session.scalars(found.order_by(FundMovement.number)):
            yield (account.code, row.number, row.on, _KINDS.get(row.kind, row.kind), row.amount, row.balance_after, row.memo)
