"""Words of a place that are said alike, and characters that are typed for each other. [DESIGN] The tables are data.

Only what is one thing under two names is made one: 站台 is the bus stop, but 超市 is no 便利店. A county's own
names for its places are no part of this.
"""

from __future__ import annotations

import re

_SAID_ALIKE: tuple[tuple[str, str], ...] = (
    # the estate and its gates
    (r"(?<=..)(?:住宅|生活)?小区", ""),
    (r"([东西南北])大门", r"\1门"),
    (r"保安亭|保安室|保安岗亭?|(?<![东西南北])门[卫岗][室亭]?|岗亭|传达室", "门卫"),
    (r"物业(?:管理)?(?:服务)?(?:中心|办公室|办公处|管理处|办公点|服务处|处|公司|办|站)?", "物业"),
    (r"地下停车场|地下停车库|地下车库|地库", "地库"),
    (r"家属[楼区院]", "家属院"),
    (r"宿舍楼", "宿舍"),
    (r"配电[房间室]", "配电房"),
    (r"(?:公共)?厕所|公厕", "公厕"),
    (r"垃圾(?:收集|投放|分类|中转)?(?:点|站|房|屋|亭|池)", "垃圾站"),
    # traffic
    (r"公交车?站[台牌点亭]?|公交候车亭|(?<!月)站台", "公交站"),
    (r"(?:长途|公路)?(?:客运|汽车)(?:总站|车站|中心站|站)", "汽车站"),
    (r"客运([东西南北中])站", r"汽车\1站"),
    (r"售票大?厅", "售票厅"),
    (r"候车(?:大?厅|室)", "候车厅"),
    (r"停车[场点]", "停车场"),
    (r"地铁站", "站"),
    (r"(?<=[a-z\d])(?:号?出入?口|号口)", "口"),
    (r"(?<=公里)处", ""),
    (r"电梯[间口里内]", "电梯"),
    # offices, schools, hospitals
    (r"(?<![省市县区镇乡州])人民政府|(?<=[省市县区镇乡州])人民政府", "政府"),
    (r"(?:政务|行政|便民)(?:服务|审批)?(?:中心|大厅)|办事大?厅", "政务大厅"),
    (r"(?<=[县市区州])医院", "人民医院"),
    (r"住院(?:大楼|部|楼)", "住院部"),
    (r"门诊(?:大楼|大厅|部|楼)", "门诊"),
    (r"急诊(?:大厅|[科室部])", "急诊"),
    (r"卫生[室所]|医务室", "卫生室"),
    (r"^(?:村?小学?|村?校|完小|村完小)(?![区园门卫村])", "小学"),
    (r"中心(?:小学校?|校|小)(?![区园])", "中心小学"),
    (r"第?([一二三四五六七八九十\d])中(?:学|(?![心医间央]))", r"\1中学"),
    (r"第([一二三四五六七八九十\d])小学?", r"\1小学"),
    (r"幼儿[园院]|幼稚园", "幼儿园"),
    # shops
    (r"建设银行|建行", "建设银行"),
    (r"农业银行|农行", "农业银行"),
    (r"工商银行|工行", "工商银行"),
    (r"中国银行|中行", "中国银行"),
    (r"农村商业银行|农商行|农商银行", "农商银行"),
    (r"邮政储蓄银行|邮储银行|邮储", "邮储银行"),
    (r"农贸市场|集贸市场|菜市场|菜场", "菜市场"),
    (r"小卖部|小卖店|代销店|小商店|杂货[店铺]", "小卖部"),
    (r"饭店|饭馆|餐馆|餐厅", "饭馆"),
    (r"施工(?:现场|工地)|建筑工地", "工地"),
    # villages
    (r"(?:打谷|晒谷|打麦|谷|麦|稻|晒)[场坪坝]", "晒场"),
    (r"屋场", "屋"),
    (r"院子|院坝|院落|大院", "院"),
    (r"放?牧场|草场", "草场"),
    (r"采石[场厂]|石料[场厂]", "石场"),
    (r"(?:鱼|水|池|堰)塘", "塘"),
    (r"(?:水|灌|沟)渠|渠道", "渠"),
    (r"(?<=水库)(?:大坝|坝上)", "坝"),
    (r"宗祠|家祠", "祠堂"),
    (r"文化大礼堂", "文化礼堂"),
    (r"墓地|坟山|坟地|祖坟", "坟地"),
    (r"树林子?|林子", "林地"),
    (r"(?:承包|责任)[地田]|地里|田里|耕地|田地", "地"),
    (r"(?:大?马路|公路|大路)(?=[边旁口上])", "路"),
    (r"([^\W\d某])某{1,2}(?![\w])|([^\W\d某])某{1,2}", r"\1\2家"),
    (r"(?<=[边旁后前])[上边面](?=.)", ""),
    (r"的|(?:那边|那里|那儿|那块)$|(?<=[子场田地家])里$", ""),
    (r"(?<=...)(?:有限责任公司|股份有限公司|有限公司|公司|厂区|厂房|厂)$", ""),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), word) for pattern, word in _SAID_ALIKE)

_SOUND_ALIKE = (
    "园苑圆源缘院 湾弯塆 幸辛兴 佳家嘉加 锦金景谨 福富复 华花桦 龙隆陇 阳杨洋扬羊 明鸣名铭 江姜 河合和禾荷何贺 桥乔侨"
    " 青清 泉全 宏红洪鸿弘 建健 欣鑫馨 苏酥 利丽力立理里 祥翔详 云芸 永咏 安庵 谷古 坪平萍屏 岭领 岗冈 堡保宝 庄装"
    " 塘堂唐 沟勾 柳刘 竹筑 梅枚 兰蓝 翠脆 滨宾 城成诚 香乡 樟章 悦月 府附 邸底 枫峰丰风 晨辰 御玉裕育 绿录 康慷 泰太"
    " 盛胜圣 想相 钟忠 徐许 圈卷 潭谭 渡度 埠布 坝霸 墩敦 坑吭"
).split()
"""Groups of characters that are heard or typed for each other in names, each after its first."""
_SOUND = {ord(character): group[0] for group in _SOUND_ALIKE for character in group}
_TELLING = frozenset("东西南北中上下前后左右内外大小新老一二三四五六七八九十")
"""Characters by which neighbouring places are told apart: never a slip."""


def canonical(name: str) -> str:
    """A name in the one wording for all that are said alike: 金谷佳苑物业办公室 -> 金谷佳苑物业. Idempotent."""
    for _ in range(4):  # one wording may make room for another; none goes round
        before = name
        for pattern, word in _PATTERNS:
            name = pattern.sub(word, name)
        if name == before:
            break
    return name


def slip(one: str, other: str) -> bool:
    """Whether two names are one but for a single character that is heard or typed for another (幸福里, 辛福里)."""
    if len(one) != len(other):
        return False
    apart = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    return len(apart) == 1 and not set(apart[0]) & _TELLING and sound(one) == sound(other)


def sound(name: str) -> str:
    """A name as it is looked up: characters that may be typed for each other are one."""
    return name.translate(_SOUND)
