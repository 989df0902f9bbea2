"""Who is named in two reports: by name and number where they are whole, else by surname (张某, 施家, 姓江的)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季"
    "俞章鲁葛伍韦申尤毕聂焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋"
    "植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠"
    "连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和"
    "逄佘慕寿展呼经桃麻宿农芮伊"
)
_MASKED = re.compile(r"([\u4e00-\u9fff])某")
_FAMILY = re.compile(r"(\w)(?:家|氏)(?![具长庭属电乡暴里务族])|姓(\w)|(\w)姓(?!名)")
_CALLED = re.compile(r"[老小](.)|(.)(?:先生|女士|师傅|大爷|大妈|大娘|阿姨|老板|老师|医生)")
_OTHERWISE = frozenset("车农保包全司单沙石连郎顾官经温明开平安高时边路方成黄白")
"""Surnames that mean something else more often than not where no 某 stands behind them (保安, 老板, 全家, 小车)."""

_TELLING = _SURNAMES - _OTHERWISE

_ROLE = re.compile(
    r"[店厂司行院校队站局所馆铺园户主员]$|[房股店]东$|[家租房顾乘旅游酒茶食住散]客$|[家院校村科处队组部店]长$|方$(?<=[对甲乙双各多工]方)"
    r"|工人|路人|商家|邻家|全家|师傅|老板|司机|物业|公司|集团|保安|安保|保姆|夫妻|先生|女士|邻居|业委|居委|村委|银行|超市|工地"
    r"|中介|客服|平台|单位|群众|学生|老师|医生|护士|经理|领导|车$|^老|家$"
)
"""What says what somebody is, and not who (车主, 连锁店, 高老板, 安保)."""
_OTHER_LETTERS = re.compile(r"[A-Za-z\d]")


def is_whole_name(name: str) -> bool:
    """Whether it is one person's whole name, as far as its characters tell: many people are 顾客 or 物业."""
    if len(name) < 2 or "某" in name:
        return False
    if "·" in name:
        return True
    if _ROLE.search(name):
        return False
    return bool(_OTHER_LETTERS.search(name)) or (len(name) <= 4 and name[0] in _SURNAMES)


@lru_cache(maxsize=1024)
def surnames(text: str) -> frozenset[str]:
    """The surnames that a text names people by."""
    found = set(_MASKED.findall(text))
    for groups in (*_FAMILY.findall(text), *_CALLED.findall(text)):
        found |= {name for name in groups if name in _TELLING}
    return frozenset(found)


def of_parties(parties: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The surnames of the people listed in a report: of whole names too, as long as they look like names."""
    found: set[str] = set()
    for party in parties:
        name = str(party.get("name") or "").strip()
        found |= surnames(name)
        if 2 <= len(name) <= 3 and name[0] in _TELLING and "家" not in name:
            found.add(name[0])
    return frozenset(found)
