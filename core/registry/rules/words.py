"""The words of the registry: codes with what officials call them."""

from __future__ import annotations

from core.errors import N_

Words = tuple[tuple[str, str], ...]

SEXES: Words = (("male", N_("男")), ("female", N_("女")))
#: identity documents; the forms of their numbers are `core.registry.rules.documents.FORMS`
ID_KINDS: Words = (
    ("citizen", N_("居民身份证")), ("booklet", N_("户口簿")), ("stay_hk_mo", N_("港澳居民居住证")), ("stay_tw", N_("台湾居民居住证")),
    ("pass_hk_mo", N_("港澳居民来往内地通行证")), ("pass_tw", N_("台湾居民来往大陆通行证")), ("hk", N_("香港特区护照/身份证明")),
    ("mo", N_("澳门特区护照/身份证明")), ("passport", N_("护照")), ("settled", N_("外国人永久居留身份证")),
    ("abroad", N_("境外永久居住证")), ("other", N_("其他证件")), ("none", N_("无证件")),
)
#: the 2013 form of the household file (建档立卡)
RELATIONS: Words = tuple((word, word) for word in (
    N_("户主"), N_("配偶"), N_("之子"), N_("之女"), N_("之儿媳"), N_("之女婿"), N_("之孙子"), N_("之孙女"), N_("之外孙子"), N_("之外孙女"),
    N_("之父"), N_("之母"), N_("之岳父"), N_("之岳母"), N_("之公公"), N_("之婆婆"), N_("之祖父"), N_("之祖母"), N_("之外祖父"),
    N_("之外祖母"), N_("之兄弟姐妹"), N_("其他")))
STANDARDS: Words = (("national", N_("国家标准")), ("provincial", N_("省定标准")), ("city", N_("市定标准")))
HOUSEHOLD_KINDS: Words = (
    ("general", N_("一般农户")), ("poor", N_("一般贫困户")), ("poor_allowance", N_("低保贫困户")), ("allowance", N_("低保户")),
    ("five_guarantees", N_("五保户（特困供养）")),
)
#: one main cause and at most two others
CAUSES: Words = (
    ("illness", N_("因病")), ("disability", N_("因残")), ("schooling", N_("因学")), ("disaster", N_("因灾")),
    ("no_land", N_("缺土地")), ("no_water", N_("缺水")), ("no_skill", N_("缺技术")), ("no_labour", N_("缺劳力")),
    ("no_money", N_("缺资金")), ("transport", N_("交通条件落后")), ("no_drive", N_("自身发展动力不足")), ("other", N_("其他")),
)
MOST_CAUSES = 2
STRUCTURES: Words = (
    ("brick_concrete", N_("砖混")), ("concrete", N_("钢筋混凝土")), ("brick_wood", N_("砖木")), ("earth_wood", N_("土木")),
    ("wood", N_("木结构")), ("stone", N_("石砌")), ("other", N_("其他")),
)
DANGERS: Words = (("A", N_("A 级")), ("B", N_("B 级")), ("C", N_("C 级危房")), ("D", N_("D 级危房")))
HOUSEHOLD_STATES: Words = (("active", N_("在册")), ("exited", N_("已退出")), ("closed", N_("已销户")))
PERSON_STATES: Words = (("active", N_("在册")), ("merged", N_("已归并")), ("erased", N_("已抹去")))
SCHOOLINGS: Words = (
    ("none", N_("文盲或半文盲")), ("preschool", N_("学前")), ("primary", N_("小学")), ("junior", N_("初中")), ("senior", N_("高中")),
    ("vocational", N_("中职")), ("college", N_("大专")), ("university", N_("本科")), ("postgraduate", N_("研究生")),
)
HEALTHS: Words = (
    ("healthy", N_("健康")), ("chronic", N_("长期慢性病")), ("serious", N_("患有大病")), ("disabled", N_("残疾")),
)
LABOURS: Words = (
    ("full", N_("普通劳动力")), ("skilled", N_("技能劳动力")), ("weak", N_("弱劳动力或半劳动力")), ("lost", N_("丧失劳动力")),
    ("none", N_("无劳动力")),
)
#: where a member of the household works for wages (务工); the 2013 form has it beside the ability to work
WORKS: Words = (
    ("none", N_("未务工")), ("township", N_("乡镇内务工")), ("county", N_("乡镇外县内务工")), ("province", N_("县外省内务工")),
    ("elsewhere", N_("省外务工")), ("other", N_("其他")),
)
CONSENTS: Words = (
    ("written", N_("书面同意")), ("electronic", N_("电子同意")), ("statutory", N_("履行法定职责，已告知")),
)
ENDINGS: Words = (
    ("promoted", N_("升级")), ("graduated", N_("毕业")), ("transferred", N_("转学")), ("suspended", N_("休学")),
    ("dropped_out", N_("辍学")), ("withdrawn", N_("退学")), ("died", N_("死亡")),
)
#: where a graduate went
DESTINATIONS: Words = (
    ("senior", N_("升入普通高中")), ("vocational", N_("升入中等职业学校")), ("college", N_("升入高职（专科）")),
    ("university", N_("升入本科")), ("postgraduate", N_("升入研究生")), ("work", N_("就业")), ("army", N_("参军")),
    ("abroad", N_("出国（境）")), ("none", N_("未升学未就业")),
)
TERMS: Words = (("1", N_("秋季学期")), ("2", N_("春季学期")))
ESTABLISHMENTS: Words = (
    ("public", N_("在编")), ("contract", N_("合同聘用")), ("special_post", N_("特岗")), ("substitute", N_("代课")), ("other", N_("其他")),
)
STAFF_STATES: Words = (
    ("active", N_("在岗")), ("away", N_("离岗")), ("retired", N_("退休")), ("left", N_("调出或离职")),
)
SCHOOL_KINDS: Words = (
    ("kindergarten", N_("幼儿园")), ("primary", N_("小学")), ("point", N_("教学点")), ("junior", N_("初级中学")),
    ("nine_year", N_("九年一贯制学校")), ("senior", N_("高级中学")), ("complete", N_("完全中学")), ("twelve_year", N_("十二年一贯制学校")),
    ("vocational", N_("中等职业学校")), ("special", N_("特殊教育学校")), ("college", N_("高等学校")),
)
OWNER_LEVELS: Words = (
    ("township", N_("乡镇")), ("county", N_("县")), ("city", N_("市")), ("province", N_("省")), ("country", N_("中央")),
)
#: as the statistics of education tell town from country
LOCALITIES: Words = (("urban", N_("城区")), ("town", N_("镇区")), ("rural", N_("乡村")))
OWNERSHIPS: Words = (("public", N_("公办")), ("inclusive_private", N_("普惠性民办")), ("private", N_("民办")))
INCOME_KINDS: Words = (
    ("wage", N_("工资性收入")), ("business", N_("生产经营性收入")), ("transfer", N_("转移性收入")), ("property", N_("财产性收入")),
    ("cost", N_("生产经营性支出")),
)


def codes(words: Words) -> frozenset[str]:
    """The codes alone."""
    return frozenset(code for code, _ in words)


def label(words: Words, code: str) -> str:
    """What officials call a code; the code itself where it is not on the list."""
    return next((text for known, text in words if known == code), code)
