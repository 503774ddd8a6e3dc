"""The words of the plugin: what officials call kinds, forms, uses and states."""

from __future__ import annotations

from core.errors import N_

Words = tuple[tuple[str, str], ...]

CAMPAIGN_KINDS: Words = (("internal", N_("单位内倡议")), ("public", N_("公开募捐")), ("pupils", N_("师生献爱心")), ("sale", N_("义卖")))
HOLDER_KINDS: Words = (("office", N_("机关单位")), ("school", N_("学校")), ("charity", N_("慈善组织")), ("foundation", N_("基金会")),
                       ("red_cross", N_("红十字会")), ("association", N_("商会、协会")), ("firm", N_("企业")))
#: who may raise funds in public, with the certificate that says so
QUALIFIED = ("charity", "foundation", "red_cross")
CAMPAIGN_STATES: Words = (("draft", N_("未开启")), ("open", N_("进行中")), ("closed", N_("已结束")))
USE_STATES: Words = (("pending", N_("用途另报方案")), ("attached", N_("用途已定")))
WINDOWS: Words = (("standing", N_("常年")), ("concentrated", N_("集中")))
DONOR_KINDS: Words = (("unit", N_("单位")), ("person", N_("个人")), ("anonymous", N_("匿名")), ("pool", N_("集中收取")),
                      ("pupils", N_("班级")))
FORMS: Words = (("money", N_("捐款")), ("goods", N_("捐物")), ("kit", N_("爱心包")), ("sale", N_("义卖所得")))
#: forms that come as money
CASH = ("money", "sale")
DESIGNATIONS: Words = (("none", N_("不指定")), ("place", N_("指定地方")), ("purpose", N_("指定用途")), ("project", N_("指定项目")),
                       ("child", N_("指定学生")))
CONSENTS: Words = (("named", N_("同意公开名称")), ("masked", N_("隐去部分名称")), ("unnamed", N_("不公开名称")))
USES: Words = (("production", N_("生产")), ("life", N_("生活")), ("medical", N_("就医")), ("study", N_("助学")),
               ("project", N_("村级公益项目")),
               ("road", N_("修路")), ("school", N_("学校建设")), ("goods", N_("物资采购")), ("other", N_("其他帮扶")),
               ("counterpart", N_("政府投资配套")), ("costs", N_("工作经费、宣传费等管理费用")))
#: never paid out of gifts, whatever a plan says: RuleViolation with the law
COSTS = "costs"
GIFT_STATES: Words = (("recorded", N_("已登记")), ("refunded", N_("已退还")))
CONTRIBUTIONS: Words = (("adoption", N_("村企共建")), ("jobs", N_("吸纳就业")), ("purchase", N_("农产品收购")), ("gift", N_("捐赠救助")),
                        ("knowledge", N_("智力帮扶")))
APPEALS: Words = (("meeting", N_("动员会")), ("letter", N_("倡议书")), ("notice", N_("张贴、标语")), ("media", N_("媒体")))
SPENDING_STATES: Words = (("paid", N_("已支出")), ("reversed", N_("已冲销")))
ORDER_STATES: Words = (("open", N_("待纠正")), ("answered", N_("已答复")), ("closed", N_("已销号")))
LEVELS: Words = (("province", N_("省")), ("city", N_("市")), ("county", N_("县")), ("township", N_("乡镇")), ("village", N_("村")),
                 ("school", N_("学校")))


def label(words: Words, code: str | None) -> str:
    """What officials call a code; the code itself where it is not in the list."""
    return dict(words).get(code or "", code or "")


def codes(words: Words) -> tuple[str, ...]:
    """The codes alone."""
    return tuple(code for code, _ in words)
