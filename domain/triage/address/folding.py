"""One spelling for what is said alike: widths, numerals, blanks, brackets, and how a sub-number is joined on.

Every pattern here and in `reading` is a choice of fixed words or has a bound on its repetitions, so that the time is
linear in the length of what is, after all, anybody's text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from domain.triage.address.scripts import SIMPLER

_SIGNS = ("零〇", "一壹幺", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {sign: value for value, signs in enumerate(_SIGNS) for sign in signs}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMERALS = "".join(_DIGITS) + "".join(_TENS) + "廿"
_ROMAN = {ord(sign): str(value) for value, sign in enumerate("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ", 1)}
_COUNTERS = (
    "号|弄|巷|幢|栋|橦|座|单元|楼|层|室|房|组|社|小?队|生产队|村|区|期|门|排|梯|户|院|铺|路|大?街|大道|支路|网格"
    "|米|公里|段|[国省县乡]道|#|车间|工段|食堂|宿舍|教室|标段|大队|分场|窗口?|仓|馆|站台|检票口|病[区房]"
)
"""What is numbered; a name that has a numeral (五一广场, 七里铺) keeps it."""
_COUNTED = re.compile(rf"(?<![{_NUMERALS}])[{_NUMERALS}]{{1,8}}(?={_COUNTERS})")
_SPELT_ROOM = re.compile(rf"(?<=[幢栋座楼元层号门])[{''.join(_DIGITS)}]{{3,4}}(?=室|$|\s)")
_SUB_NUMBER = re.compile(
    r"(?<!\d)(\d{1,6})(?:号?-?[附之]|号-)(\d{1,4})(?:号(?![楼幢栋座#-]|单元|室)|(?!号|[\d楼幢栋座#-]|单元|室))"
)
_SPELT_SUB_NUMBER = re.compile(rf"(?<=[附之])[{_NUMERALS}]{{1,4}}")
_F = re.compile(r"(?<=\d)f(?:-(?=\d)|(?![\da-z]))")
_NOUN_AHEAD = re.compile(
    r"(商铺|店铺|门面房?|铺位|摊位|车位|档口|仓库)(\d{1,4}(?:-\d{1,4})?)号?(?![\d楼层幢栋座#-]|单元)"
)
"""A number said behind what it counts: 车位117号."""
_BELOW = re.compile(r"(?:地下|负|b)(\d)(?=层|f)|(?:地下|负)(\d)(?=楼)")
_BRACKETED = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】](?=(.?))")
_OPENING = re.compile(
    r"^(?:(?:(?:报警人|来电人|投诉人|当事人|群众|市民|本人|我们?|其)?(?:自?称|说|反映|家|现)*在(?!建)|地址|住址|地点|现住|家住|位于|坐落于?|地处|住在|住(?![宅院]))[:\s]*)+"
)
_HIGHWAY = re.compile(
    rf"(?<![\da-z{_NUMERALS}])"
    r"(?:(?P<before>[国省县乡])道[gsxy]?(?P<no>\d{1,4})(?:线|(?![\da-z号]|公里|千米))"
    r"|[gsxy]?(?P<number>\d{1,4})(?P<behind>[国省县乡])道|(?P<letter>[gsxy])(?P<lettered>\d{3})(?:线|(?![\d号栋幢楼座室-])))"
)
_LETTERED = {"g": "国", "s": "省", "x": "县", "y": "乡"}
_KILOMETRES = re.compile(
    r"(?:(?<=道)|(?<=高速)|(?<=公路))\s?(?:k(?P<stone>\d{1,4})|(?P<said>\d{1,4})(?=[+.\d]{0,4}(?:公里|千米|km)))"
    r"(?:公里|千米|km)?(?:[+.加](?P<metres>\d{1,3})(?:米|m|公里|千米|km)?|(?P<more>\d{1,3})米)?(?:处|路段)?"
)
_APART = re.compile(r"(?<![\da-z.#/])(\d{1,3})([./#])(\d{1,2})\2(?=\d{3,4}(?![\d.#/]))")
"""A flat with other signs between its numbers: 3/2/501, 3#2#501."""
_MISTYPED = (
    (re.compile(r"(?<=\d)[懂洞冻动董](?=\d)"), "栋"),
    (re.compile(r"(?<=\d)东(?=\d{1,2}单元)"), "栋"),
    (re.compile(r"(?<=\d)[撞憧幛](?=\d|$)"), "幢"),
    (re.compile(r"(?<=\d)[单但丹][园源员圆](?=\d|$)"), "单元"),
    (re.compile(r"(?<=\d号)[搂娄喽](?=\d|$)"), "楼"),
)
"""Counters that are heard or typed for each other, known by the numbers on both sides."""
_DASHES = re.compile(r"[‐‑‒–—―−~_]")
_AT_HOME = re.compile(r"(?<=[\d号室])(?:家[里中]?|屋[里头]|那?的)$")
_BELOW_ZERO = re.compile(r"(?<=[^\W\da-z])-(?=\d[楼层f])")
_DASHED_ON = re.compile(r"(?<=[^\W\da-z附之])-(?=\d)(?!\d{1,4}号?$)")
_NUMBER_AHEAD = re.compile(r"^(\d{1,4}(?:-\d{1,4})?号)([^\W\d]{1,8}(?:路|街|巷|大道))$")
"""12号人民路."""
_ZEROS = re.compile(r"(?:(?<![\da-z-])|(?<=(?<![\da-z-])[a-z]))0{1,6}(?=\d)")
_BLANKS = re.compile(r"(?<=[\da-z#])\s+(?=[\da-z])")
_NOTE = re.compile(r"^(?:近|靠近|邻近|原|又名|俗称).|.(?:对面|旁边|旁|附近|隔壁|边上)$")
"""A gloss on the place, not its name: (人民医院对面)."""
_AROUND = re.compile(r"(?:镇|乡|街道|社区|村|[路街巷弄](?:.?段)?|大道|组|社|工业园|开发区|\d号)$")
"""What says where the place is, though it was written behind it: 幸福里9栋(金穗社区)."""
_MOST_OF_A_HINT = 4
_A_THING = re.compile(r"(?:[湾坝屋店馆铺部行厅楼院校所厂吧房]|院子|超市)$")
"""No area but what stands at the address: 解放街88号,王记面馆."""
_OF_A_PLACE = re.compile(r"[\d一二三四五六七八九十区期门户店a-z]")
_MOST_ROUNDS = 5


class Folded(NamedTuple):
    """An address in one spelling, and what was said beside it."""

    text: str
    notes: tuple[str, ...]
    """glosses: 近人民医院"""
    hints: tuple[str, ...]
    """words behind it that name an area without saying of what kind: 亲水平台(河西)"""


def fold(address: str) -> Folded:
    """The address in one spelling; what stood in brackets or behind a comma is put where it belongs, or beside it.

    Blanks remain only between two numbers or letters. Numbers before what is counted are Arabic: 三幢五楼 -> 3幢5楼.
    Folding what was folded changes nothing.
    """
    text = _plain(address.translate(_ROMAN))
    notes: list[str] = []
    hints: list[str] = []
    around: list[str] = []

    def placed(said: str, last: bool) -> str:
        if _NOTE.search(said):
            notes.append(said)
        elif last and _AROUND.search(_numbered(said)):
            around.append(said)
        elif last and len(said) <= _MOST_OF_A_HINT and not (_A_THING.search(said) or _OF_A_PLACE.search(said)):
            hints.append(said)
        else:
            return f" {said} "  # 402(3单元) is no 4023单元
        return " "

    text = _OPENING.sub("", text.strip())
    text = _BRACKETED.sub(lambda found: placed(found.group(1).strip(), not found.group(2).strip()), text)
    first, *others = [clause.strip() for clause in re.split(r"[,;。;]", text) if clause.strip()] or [""]
    text = " ".join([first, *(placed(clause, True) for clause in others)])
    return Folded(_settled("".join([*around, text])), tuple(notes), tuple(hints))


def _settled(text: str) -> str:
    """What is joined by one rule may be read by another: 四 五幢 becomes 45幢 the second time."""
    for _ in range(_MOST_ROUNDS):
        before, text = text, _OPENING.sub("", _numbered(_plain(text)))
        if text == before:
            break
    return text


def counted(text: str) -> str:
    """A text with Arabic numerals before what is counted, in one width and case: 五楼那户 -> 5楼那户."""
    return _COUNTED.sub(lambda found: str(_number(found.group())), _plain(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower()).translate(SIMPLER)


def _numbered(text: str) -> str:
    text = _on_a_highway(_APART.sub(r"\1-\3-", _DASHES.sub("-", text)))  # ahead of the dot of 45.5公里
    text = re.sub(r"[()\[\]【】「」<>《》\"':、/\\|.·]", " ", text).strip()
    text = re.sub(r"\s", "", _BLANKS.sub("|", text)).replace("|", " ")
    text = _COUNTED.sub(_beside_digits, text)
    text = _on_a_highway(text)
    text = _NUMBER_AHEAD.sub(r"\2\1", _DASHED_ON.sub("", _BELOW_ZERO.sub("负", text)))
    text = _F.sub("层", text)
    text = _AT_HOME.sub("", text)
    text = _SPELT_ROOM.sub(lambda found: "".join(str(_DIGITS[sign]) for sign in found.group()), text)
    text = _SPELT_SUB_NUMBER.sub(lambda found: str(_number(found.group())), text)
    text = re.sub(r"第(?=\d)", "", text)
    text = _ZEROS.sub("", text)
    text = _BELOW.sub(lambda found: f"负{found.group(1) or found.group(2)}", text)
    text = _NOUN_AHEAD.sub(r"\2号\1", text)
    for mistyped, counter in _MISTYPED:
        text = mistyped.sub(counter, text)
    return _SUB_NUMBER.sub(r"\1-\2号", text)


def _on_a_highway(text: str) -> str:
    return _KILOMETRES.sub(_mark, _HIGHWAY.sub(_highway, text))


def _highway(found: re.Match[str]) -> str:
    """国道318线, g318国道 and g318 are 318国道."""
    kind = found["before"] or found["behind"] or _LETTERED[found["letter"]]
    return f"{found['no'] or found['number'] or found['lettered']}{kind}道"


def _mark(found: re.Match[str]) -> str:
    """A kilometre stone: k1256+300, 1256公里加300米 and 1256.3km are 1256公里300米."""
    said = found["metres"] or found["more"] or "0"
    metres = int(said.ljust(3, "0") if "." in found.group() else said)
    return f"{int(found['stone'] or found['said'])}公里" + (f"{metres}米" if metres else "")


def _beside_digits(found: re.Match[str]) -> str:
    """附1二楼 is no 附12楼."""
    before = found.string[: found.start()][-1:]
    return (" " if before.isdigit() else "") + str(_number(found.group()))


def _number(numeral: str) -> str:
    """A numeral's value in digits: 十二 -> 12, 一百零八 -> 108; without tens its digits stand for themselves."""
    if not set(numeral) & {*_TENS, "廿"}:
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    total, ones = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total, ones = total + (ones or 1) * _TENS[sign], 0
        elif sign == "廿":
            total, ones = total + 20, 0
        else:
            ones = _DIGITS[sign]
    return str(total + ones)
