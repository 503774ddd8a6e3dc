"""How lists of counties, departments and schools write the words of the registry: each means one code and no other."""

from __future__ import annotations

Synonyms = tuple[tuple[str, str], ...]

DANGERS: Synonyms = tuple((f"{letter}{word}", letter) for letter in "ABCD" for word in ("级", "级危房", "级房", "级住房"))
STANDARDS: Synonyms = (
    ("国标", "national"), ("国家扶贫标准", "national"), ("国定标准", "national"), ("省标", "provincial"), ("省级标准", "provincial"),
    ("省标准", "provincial"), ("市标", "city"), ("市级标准", "city"), ("市标准", "city"))
HOUSEHOLD_KINDS: Synonyms = (
    ("扶贫户", "poor"), ("扶贫低保户", "poor_allowance"), ("五保户", "five_guarantees"), ("五保贫困户", "five_guarantees"),
    ("特困供养户", "five_guarantees"))
CAUSES: Synonyms = (
    ("因病致贫", "illness"), ("因残致贫", "disability"), ("因学致贫", "schooling"), ("因灾致贫", "disaster"), ("缺劳动力", "no_labour"),
    ("缺乏劳动力", "no_labour"), ("缺乏技术", "no_skill"), ("缺乏资金", "no_money"), ("交通落后", "transport"), ("交通条件差", "transport"),
    ("自身发展力不足", "no_drive"), ("缺动力", "no_drive"), ("其它", "other"))
STRUCTURES: Synonyms = (
    ("砖混结构", "brick_concrete"), ("钢混", "concrete"), ("钢混结构", "concrete"), ("钢筋混凝土结构", "concrete"),
    ("砖木结构", "brick_wood"), ("土木结构", "earth_wood"), ("木质结构", "wood"), ("石木", "stone"), ("其它", "other"))
HEALTHS: Synonyms = (
    ("良好", "healthy"), ("健康或良好", "healthy"), ("慢性病", "chronic"), ("长期慢性病患者", "chronic"), ("大病", "serious"),
    ("残疾人", "disabled"))
LABOURS: Synonyms = (
    ("普通劳动能力", "full"), ("技能劳动者", "skilled"), ("弱劳动力", "weak"), ("半劳动力", "weak"),
    ("部分丧失劳动能力", "weak"), ("丧失劳动能力", "lost"), ("无劳动能力", "none"))
WORKS: Synonyms = (
    ("无", "none"), ("乡（镇）内务工", "township"), ("乡(镇)内务工", "township"), ("乡（镇）外县内务工", "county"),
    ("乡(镇)外县内务工", "county"), ("县内务工", "county"), ("省内务工", "province"), ("县外省内", "province"), ("省外", "elsewhere"),
    ("外省务工", "elsewhere"))
INCOME_KINDS: Synonyms = (
    ("工资性", "wage"), ("工资收入", "wage"), ("务工收入", "wage"), ("经营性", "business"), ("经营性收入", "business"),
    ("生产经营收入", "business"), ("转移性", "transfer"), ("转移收入", "transfer"), ("财产性", "property"), ("财产收入", "property"),
    ("生产经营支出", "cost"), ("经营性支出", "cost"))
ESTABLISHMENTS: Synonyms = (
    ("在编在岗", "public"), ("有编制", "public"), ("事业编制", "public"), ("合同制", "contract"),
    ("编外聘用", "contract"), ("特岗教师", "special_post"), ("代课教师", "substitute"))
OWNERSHIPS: Synonyms = (
    ("公办学校", "public"), ("公立", "public"), ("民办学校", "private"), ("私立", "private"), ("普惠民办", "inclusive_private"),
    ("普惠性民办幼儿园", "inclusive_private"))
