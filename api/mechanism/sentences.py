"""What keeps a playbook from being used, said in Chinese: the checks speak the language of those who write the files at
a keyboard, whoever reads the page of an office does not. Of a sentence it has no words for, the original is shown.

A sentence is its head and what hangs on to it (what was meant, what is allowed); both are known by their shape. Words
of the file stand between backquotes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"[^:\n]*?:(\d+): (?:([^:]+): )?(.*)", re.S)


@dataclass(frozen=True)
class Finding:
    """A mistake: in which line, at which key (empty: the whole file), and what. `said` is text and words of the file in
    turn, beginning with text.
    """

    line: int
    where: str
    said: tuple[str, ...]


def findings(refusal: str) -> list[Finding]:
    """The findings in a refused playbook's `PolicyInvalid`, one a line of it."""
    found = []
    for line in refusal.splitlines():
        if hit := _LINE.fullmatch(line):
            where = hit[2] or ""
            if " " in where and where != "the whole file":  # a sentence with a colon of its own, said of no key
                where, what = "", f"{where}: {hit[3]}"
            else:
                what = hit[3]
            found.append(Finding(int(hit[1]), "" if where == "the whole file" else where, _parts(in_chinese(what))))
        else:
            found.append(Finding(1, "", _parts(in_chinese(line))))
    return found


def _parts(sentence: str) -> tuple[str, ...]:
    return tuple(sentence.split("`"))


def in_chinese(what: str) -> str:
    """One sentence of a check; words of the file between backquotes."""
    head, ends = what.strip().replace("`", "'"), list[str]()
    while (cut := _cut(head)) is not None:
        head, end = cut
        ends.insert(0, end)
    return (_said(head, HEADS) or f"原文：`{head}`") + "".join(ends)


def _cut(head: str) -> tuple[str, str] | None:
    """A sentence without what hangs on to it, and that in Chinese."""
    for shape, words in ENDS:
        if (hit := re.search(shape + "$", head, re.S)) and hit.start() > 0:
            return head[: hit.start()], _filled(hit, words)
    return None


def _said(head: str, table: Sequence[tuple[str, str]]) -> str:
    for shape, words in table:
        if hit := re.fullmatch(shape, head, re.S):
            return _filled(hit, words)
    return ""


def _filled(hit: re.Match[str], words: str) -> str:
    """The words with the groups put in: `{0}` as it stands, `{0:c}` as words of the file, `{0:v}` told itself."""

    def group(place: re.Match[str]) -> str:
        found = (hit[int(place[1]) + 1] or "").strip("'\"")
        match place[2]:
            case "c":
                return f"`{found}`" if found else ""
            case "l":
                return "、".join(f"`{each}`" for each in re.split(r", or |, | or ", found) if each)
            case "v":
                return "或".join(_said(each, VALUES) or f"`{each}`" for each in re.split(r",? or (?!more|less)", found))
            case "s":
                return in_chinese(found)
            case _:
                return found

    return re.sub(r"\{(\d)(?::(\w))?\}", group, words)


ENDS: list[tuple[str, str]] = [
    (r" \(also at (\d+) more places that refer to it\)", "（另有 {0} 处引用同一内容）"),
    (r" \(docs/glossary\.md lists them\)", "（岗位代码见术语表）"),
    (r"; write it as kind\.decision, such as ([\w.]+)", "；应写作“待办.决定”，例如 {0:c}"),
    (r"; no decision of this kind can", "；这类待办没有可以视为的决定"),
    (r"; indent with spaces, never with tabs", "；缩进用空格，不用制表符"),
    (r"; is the key '?(.*?)'? misspelt\?", "；{0:c} 是否写错了"),
    (r": a space is missing after the colon, write '(.*?)'", "：冒号后缺一个空格，应写作 {0:c}"),
    (r": it holds (.+?); YAML wants the half-width character and a space after it",
     "：其中有全角符号（{0}），请改用半角符号并在其后空一格"),
    (r": did you mean (.+?)\?", "，是否应为 {0:l}"),
    (r"(?:;|(?<=\?)) allowed: (.+?)", "，可以写：{0:l}"),
    (r": put it in quotes \((.+?)\)", "：请加引号，写作 {0:c}"),
]  # fmt: skip
"""What hangs on to a sentence, the last first."""

VALUES: list[tuple[str, str]] = [
    (r"a list \(\[…, …\]\)", "列表"),
    (r"true or false", "true 或 false"),
    (r"a whole number", "整数"),
    (r"a number", "数字"),
    (r"text", "文字"),
    (r"nothing", "空"),
    (r"greater than (.+)", "大于 {0} 的数"),
    (r"greater than or equal to (.+)|(\S+) or more", "不小于 {0}{1} 的数"),
    (r"less than (.+)", "小于 {0} 的数"),
    (r"(\S+) or less", "不大于 {0} 的数"),
    (r"written as (.+)", "符合格式 {0:c} 的文字"),
    (r"at most (.+) of them", "至多 {0} 项"),
]
"""Sorts of values."""

_ROUTE = "指定的环节本机制没有"
HEADS: list[tuple[str, str]] = [
    # the file itself
    (r"not valid YAML: here stands (.+); YAML wants the half-width character and a space",
     "不是有效的 YAML：这里有全角符号（{0}），请改用半角符号并在其后空一格"),
    (r"not valid YAML: a space is missing after the colon of (.+)", "不是有效的 YAML：{0:c} 的冒号后缺一个空格"),
    (r"not valid YAML: (.+) is neither a date nor a number", "{0:c} 不是有效的日期或数字，是文字的请加引号"),
    (r"not valid YAML: (.+)", "不是有效的 YAML，请检查缩进、冒号和引号（{0:c}）"),
    (r"the key (.+) stands here twice", "{0:c} 在这里写了两次"),
    # keys and values
    (r"the key '(.+)' is missing here", "缺少 {0:c} 一项"),
    (r"there is no key '(.+)' here", "没有 {0:c} 这一项"),
    (r"no such (?:key|word): (.+)", "没有 {0:c}"),
    (r"must be text, not (.+)", "应为文字，而不是{0:v}"),
    (r"must be a mapping(?: such as .* \(keys: (.+)\))?, not (.+)", "应为一组填写项（{0:l}），而不是{1:v}"),
    (r"must be triage or one of the pushes, and stand among the stages, not (.+)",
     "应为研判或三次推送之一，且是本机制的环节，而不是{0:c}"),
    (r"must be (.+?), not (.+)", "应为{0:v}，而不是{1:v}"),
    (r"must be (.+)", "应为{0:v}"),
    (r"needs at least (\S+) of them", "至少要有 {0} 项"),
    (r"(.+) can't stand here", "这里不能写 {0:v}"),
    (r"either below or above", "“不得低于”与“不得高于”须写且只写一项"),
    (r"a length of time names exactly one unit, not \{(.*)\}: (.+)",
     "时间长度须写且只写一个单位（{1:l}），这里是 {0:c}"),
    (r"(\S+) is more than ten years: at most (.+)", "{0} 超过十年，至多写 {1:c}"),
    (r"reminders are fractions between 0 and 1, rising(?:, not (.+))?",
     "临期提醒应为 0 与 1 之间由小到大的小数，这里是 {0:c}"),
    # its head
    (r"'(.+)' is not the name of the file: write code: (.+), or call the file (.+)",
     "代码 {0:c} 与文件名不一致：代码改为 {1:c}，或文件改名为 {2:c}"),
    (r"an edition has a name, such as (.+)", "须写版本名称，例如 {0:c}"),
    (r"the name of an edition can't hold (.+?): (.+)", "版本名称 {1:c} 中不能有 {0:c}"),
    # words of one's own
    (r"no such role, or none that calls people together: (.+)", "没有 {0:c} 这个岗位，或该岗位不能召集会议"),
    (r"no such role: (.+)", "没有 {0:c} 这个岗位"),
    (r"no role whose rights it could have: (.+)", "没有可以等同权限的岗位 {0:c}"),
    (r"no such place: (.+)", "没有 {0:c} 这个所在"),
    (r"no such colour: (.+)", "没有 {0:c} 这种颜色"),
    (r"no such kind of risk: (.+)", "没有 {0:c} 这种风险类型"),
    (r"no such kind of task: (.+)", "没有 {0:c} 这种待办"),
    (r"no such decision: (.+)", "没有 {0:c} 这个决定"),
    (r"no such indicator: (.+)", "没有 {0:c} 这项指标"),
    (r"'(.+)' is a common role already \((.+)\): another code", "{0:c} 是通用岗位（{1}）的代码，请另取"),
    (r"'(.+)' is a common place already: another code", "{0:c} 是通用所在的代码，请另取"),
    (r"'(.+)' is the name of the (?:colour|role|place|stage|task) (.+) already", "“{0}”已是 {1:c} 的名称，请另取"),
    (r"'(.+)' is the name of (.+) already|'(.+)' is what (.+) is called already",
     "“{0}{2}”已是另一项（{1}{3}）的名称，请另取"),
    (r"the code '(.+)' is another tier's already", "代码 {0:c} 已是另一层级的"),
    (r"nobody is addressed at '(.+)': leave this out, or name it by .+",
     "没有岗位设在 {0:c}：请删去，或用 {0:c} 指明岗位所在"),
    (r"a place is either one organisation or a kind of organisation: say which",
     "所在要么是某一个单位，要么是一类单位，须写明其一"),
    (r"'(.+)' is never asked here: the mechanism lacks what asks it, leave this out", "本机制不会用到 {0:c}，请删去"),
    (r"(.+) takes no reports: name one that does, or a role of your own that is like one",
     "{0:c} 不能上报，请改为可以上报的岗位，或自设等同于它的岗位"),
    (r"'(.+)' is a field of this form already: another name", "{0:c} 已是这张表单的填写项，请另取名"),
    # stages and ways
    (r"every mechanism has the stages (.+); here stands (.+)", "每个机制都须有 {0:l} 环节，这里是 {1:l}"),
    (r"'(.+)' can't follow '(.+)': stages stand in the order of the mechanism, each once: (.+)",
     "{0:c} 不能排在 {1:c} 之后：环节按机制的次序排列，每个一次（{2:l}）"),
    (r"what is not settled on the spot is pushed on: push_2 or push_3 is missing in (.+)",
     "现场未能化解的须继续推送：{0:l} 中缺二推或三推"),
    (r"'stages' is short for lives\.dispute: write one of the two", "`stages` 与 `lives.dispute` 是一回事，只写其一"),
    (r"a ladder and the stage mediation come together or not at all; the stages are (.+)",
     "有联调规则就须有联调环节，现有环节是 {0:l}"),
    (r"a ladder and the stage mediation come together or not at all; process\.ladder is missing",
     "有联调环节就须写联调规则（`process.ladder`）"),
    (r"nothing leads to confirmation: what a session agreed is taken to court, and mediation is missing",
     "司法确认的是联调达成的协议，没有联调环节就到不了司法确认"),
    (r"the mechanism has no stage (.+) to go to; its stages are (.+)", "要去的环节 {0:c} 本机制没有，现有 {1:l}"),
    (r"nothing goes by it: the mechanism has no stage (.+): leave this out",
     f"用不到这一项：{_ROUTE}（{{0:l}}），请删去"),
    (r"nothing goes out with it: the mechanism has no stage (.+): leave this out",
     f"用不到这一项：{_ROUTE}（{{0:l}}），请删去"),
    (r"the mechanism has no stage (.+), which asks it: leave this out(?:, or add the stage)?",
     "本机制没有 {0:l} 环节，不会用到这一项：请删去，或增加该环节"),
    (r"the mechanism has no stage (.+)", "本机制没有 {0:c} 环节"),
    (r"the mechanism has no road '(.+)' out of the police: leave it out; it has (.+)",
     "本机制没有转出公安的路径 {0:c}，现有 {1:l}"),
    (r"it excepts from the road (.+), which needs no approval here: leave it out, or name the road",
     "这里例外的路径 {0:c} 本来就不须审批：请删去，或把该路径列为须审批"),
    (r"the first push leaves the police, so a desk looks first: push_1 and push_2 are missing",
     "没有一推、二推，首次推送就转出公安，须先经研判岗位，不能立即推送"),
    (r"there is nowhere to divert to: the mechanism has no stage (.+)", "无处可分流：本机制没有 {0:c} 环节"),
    (r"nothing is diverted here: the mechanism has no (.+)", "这里没有分流：本机制没有 {0:c} 环节"),
    (r"an officer on the scene diverts to (.+): the mechanism needs (.+)",
     "现场派单分流到 {0:c}，本机制须有 {1:l} 环节"),
    (r"tasks\.watch_through says who watches it to its end, and (.+) is where it goes: both are needed",
     "一管到底须写明由谁管（`tasks.watch_through`），并须有 {0:c} 环节"),
    (r"nobody diverts here: that takes a push of the police before push_3", "这里不会分流：三推之前须有公安的推送"),
    (r"nothing enters the ladder there", "没有纠纷从这里进入联调"),
    (r"the ladder has no tier (.+)", "联调没有 {0:c} 这一层级"),
    (r"nothing is resolved at '(.+)'", "没有纠纷在 {0:c} 化解"),
    (r"who judges what was resolved at (.+)\? (.+), or (.+)", "在 {0:c} 化解的由谁评估？请写 {1:c} 或 {2:c}"),
    (r"evaluation\.at_station also confirms that something is no dispute",
     "须写 `evaluation.at_station`：由它确认某事不是矛盾纠纷"),
    # tasks
    (r"(.+) needs (tasks\.\S+)", "{0:c} 须有 {1:c}（由谁办理、多长时限）"),
    (r"nothing stops it in '(.+)'; only for (.+), by the decision contacted", "{0:c} 没有首次联系，只有 {1:l} 才有"),
    (r"nobody is named for '(.+)'; only for (.+)", "{0:c} 不落实到个人，只有 {1:l} 才落实"),
    (r"'(.+)' is not pushed on by who answers it: only for handle_on_scene",
     "{0:c} 不由办理人继续推送，只有现场处置才写这一项"),
    (r"who answers '(.+)' is said under (.+): leave this out", "由谁办理 {0:c} 写在 {1:c} 中，这里请删去"),
    (r"process\.notices sends no letter that it would answer: leave this out, or say who sends which",
     "本机制不发须答复的函件：请删去，或在 `process.notices` 写明谁发哪种函"),
    (r"protection_for names no risk that would open it: leave this out, or name one",
     "没有风险类型会开启保护令：请删去，或在 `protection_for` 列出"),
    (r"(.+) is no decision that can be taken by silence", "{0:c} 不能在逾期不办时视为作出"),
    (r"a task that decides itself needs a limit: after how long is '(.+)' taken\?",
     "到时限视为 {0:c} 的待办须有时限：多久视为？"),
    (r"after how long is '(.+)' taken in a case of (.+)\? add it, or a limit",
     "{1:l} 的纠纷多久视为 {0:c}？请补上，或写总时限"),
    (r"silence decides nothing here: decides_itself is missing", "这里逾期不会视为任何决定：缺 `decides_itself`"),
    (r"silence past its limit counts as '(.+)' here, and silence proves nothing",
     "逾期在这里视为 {0:c}，逾期不能证明任何事"),
    (r"silence of a desk never confirms, reports or diverts: leave this out, supervision is called instead",
     "研判岗位逾期不办不能视为确认、上报或分流，只会督办：请删去"),
    (r"silence of a desk calls down supervision: rungs\.supervise_after is missing",
     "研判岗位逾期须督办：缺 `rungs.supervise_after`"),
    (r"silence would reach nobody: '(.+)' needs a limit", "逾期无人知晓：{0:c} 须有时限"),
    (r"silence would reach nobody: say in rungs\.supervise_after when '(.+)' is supervised",
     "逾期无人知晓：请在 `rungs.supervise_after` 写明 {0:c} 多久督办"),
    (r"a promotion \(here after (.+)\) follows a supervision: supervise_after is missing",
     "督办之后才提级（这里写了 {0:c}）：缺 `supervise_after`"),
    (r"nobody supervises a supervision: each would call the next, for ever; colour_rungs promote it",
     "督办件本身不再督办，否则没有尽头：请删去，提级写在 `colour_rungs`"),
    (r"a ring that is repeated says after how long and where: (.+)", "逐级摇铃须写多久再响、响到哪里：缺 {0:c}"),
    (r"nobody takes it and proves anything by it: (.+)", "这个决定由时钟作出，不能要求证明什么"),
    (r"the grounds for the ladder stand under ladder\.criteria", "复杂疑难情形写在 `ladder.criteria`"),
    (r"no source says call_back: it would never be asked", "没有来源写明回复报告人（`call_back`），这项待办不会出现"),
    (r"it stands beside (.+), which the mechanism has not got", "它与 {0:c} 环节同时进行，而本机制没有该环节"),
    (r"one of them at least is a person's to say, bound to nothing", "至少要有一项是由人判断、不受其他条件限定的"),
    (r"there are no two desks that could be asked together", "没有两个可以同时研判的岗位"),
    (r"(.+) at (.+) is a desk of this chain already", "{0:c}（{1:c}）在这条研判链上已有"),
    (r"'(.+)' holds (.+): no source is called so", "来源代码 {0:c} 中有“{1}”，不能这样取"),
    (r"'(.+)' comes in batches, no report is about it", "{0:c} 是成批下达的，不由上报产生"),
    (r"'(.+)' stands here already", "{0:c} 已经列出"),
    # posts
    (r"nothing is assigned yet when a report comes in", "上报时还没有承办单位，不能写 `assigned`"),
    (r"nothing is assigned here: 'assigned' is only for (.+)", "这里还没有承办单位，`assigned` 只能用于 {0:l}"),
    (r"nothing is assigned at a table: leave 'at' out for any department", "会商席上没有承办单位：任一部门的不写 `at`"),
    (r"one of the whole county: (.+), not '(.+)'", "须是全县只有一个的单位（{0:l}），而不是{1:c}"),
    (r"nobody is told and nothing opens: leave this out, or say told or at_once",
     "既不通报任何人也不立即推送：请删去，或写 `told` 或 `at_once`"),
    # tables, whistles, conferences
    (r"治安调解 is held (\S+) times at most \(程序规定 第183条\), not (\S+)",
     "治安调解至多 {0} 次（程序规定第183条），不能写 {1} 次"),
    (r"(\S+) people would have to sit at this tier's table; a session has (\S+) at most",
     "这一层级须到场 {0} 人，而一次调解至多 {1} 人"),
    (r"nobody is called by '(.+)'; only by dispatch, or by a tier of the ladder",
     "{0:c} 不吹哨，只有分派交办或联调层级才吹哨"),
    (r"nobody is called: no line of requires names a place \(at\), and no department has a part without push_3",
     "没有可以吹哨的对象：须到场的没有写明所在，又没有三推部门"),
    (r"whoever is called checks in: process\.summons is missing \(by, limit\)",
     "被吹哨的须报到：缺 `process.summons`（谁可吹哨、报到时限）"),
    (r"they confer once everybody has come or is absent, after (.+) at most: longer than that",
     "到齐或逾期未到（至多{0}）之后才会商，会商时限应比这更长"),
    (r"'(.+)' may call it already|(.+) at (.+) is a member already", "{0:c}{1:c} 已经列出"),
    (r"a member of every conference is assigned to none", "固定参会成员不能写 `assigned`"),
    # other lives, looking again
    (r"batches need a life: (.+)", "隐患清单须有自己的环节：{0:c}"),
    (r"who sends batches, and in which aspects\? write hazards, or leave this life out",
     "由谁、在哪些方面下达隐患清单？请写 `hazards`，或删去这一环节"),
    (r"whoever sent a batch rules upon its items that come back: write the same as hazards\.by",
     "退回的隐患由下达单位裁定：应与 `hazards.by` 相同"),
    (r"the life of hazards needs (.+)", "隐患整改须有 {0:c}"),
    (r"a batch of hazards has one stage: write (.+?), not (.+)", "隐患清单只有一个环节：应写 {0:c}，而不是{1:c}"),
    (r"as a mechanism of its own: (?:Value error, )?(.+)", "作为单独的机制：{0:s}"),
    (r"the desks of .sources. find no risk; without sources nothing is ever drawn",
     "抽查的是研判岗位认定无风险的：没有写来源就没有可抽的"),
    (r"colours stand from the gravest to the mildest, their ranks count down to 1, not (.+)",
     "颜色由重到轻排列，轻重次序依次递减到 1，这里是 {0:l}"),
    (r"(.*[\u4e00-\u9fff].*)", "{0}"),
    (r"(.+), not (.+)", "不合要求（{0:c}），这里写的是 {1:v}"),
]  # fmt: skip
"""Sentences of the checks by shape, the particular before the general."""
