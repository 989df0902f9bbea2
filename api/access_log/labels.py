"""What the access log notes, in words: one table of every code that is noted anywhere."""

from __future__ import annotations

from domain.errors import NotSignedIn, by_code
from domain.people.duties import RULES
from domain.policy.action_catalogue import ACTIONS
from domain.policy.catalogue import KINDS
from infra.records.access_log.log import OK

NOTED: dict[str, str] = {
    "read": "查看纠纷",
    "task": "办理待办",
    "earlier": "回溯历史纠纷",
    "outlook": "查看前瞻",
    "handling": "查看承办建议与同类案件",
    "incident": "查看警情受理结果",
    "attachment": "查看附件",
    "attach": "上传附件",
    "remove": "删除附件",
    "history": "下载办理历史（原件，加密）",
    "history:decoded": "下载办理历史（解密）",
    "history:words": "查看办理历史",
    "state": "查看历史时点的案情",
    "replays": "重放核对",
    "list": "查看纠纷列表",
    "list:columns": "选择列表显示的内容",
    "search": "搜索纠纷",
    "list:view": "保存列表视图",
    "list:tasks": "查看待办列表",
    "search:tasks": "搜索待办",
    "timeline": "查看办理经过",
    "contacts": "查看属地联系人",
    "jobs": "查看重放核对",
    "deputies": "查看代班",
    "people": "查看人员",
    "registers": "查看名册",
    "desk_day": "查看当日研判",
    "reports": "查看报送",
    "notices": "查看函件清单",
    "conduct": "查看督办与吹哨",
    "spot_checks": "查看抽查清单",
    "figure_supervisions": "查看指标督导",
    "figures": "查看指标",
    "figure_cases": "查看指标所含案件",
    "learning": "查看纠正学习",
    "incident:report": "上报",
    "import:incidents:try": "试导入警情表格",
    "import:incidents": "导入警情表格",
    "import:incidents:state": "查看警情导入结果",
    "triage": "试分类",
    "incident:alike": "登记时查看相似事项",
    "comment": "备注",
    "dispatch": "批量交办",
    "watch": "关注或取消关注",
    "notice:send": "发出函件",
    "hazards:send": "发出隐患清单",
    "drill": "演练操作",
    "refused": "被拒绝的访问",
    "sign_in": "登录",
    "access": "查看访问日志",
    "access:case": "查看谁看过本案",
    "access:unusual": "查看异常查阅",
    "access:export": "导出访问日志",
    "access:forget": "到期清理访问日志",
    "codec": "在引擎页面解密",
    "indicators": "查看指标",
    "calls": "查看警源分析",
    "accounts:open": "开设账号",
    "accounts:appoint": "授予岗位",
    "accounts:import": "导入人员",
    "accounts:rename": "更改姓名",
    "password:change": "修改口令",
    "password:reset": "重置他人口令",
    "factor:offer": "获取动态验证码密钥",
    "factor:enrol": "启用动态验证码",
    "factor:renew": "重新生成恢复码",
    "factor:remove": "停用动态验证码",
    "factor:reset": "重置他人动态验证码",
    "unmask": "查看完整号码",
    "glass": "限时查看敏感案件",
    "playbook:check": "核对工作机制",
    "crimes": "刑事案件登记",
    "crimes:case": "查看刑事案件",
    "crimes:register": "登记刑事案件",
    "crimes:word": "认定刑事案件是否由纠纷引起",
    "crimes:withdraw": "撤回刑事案件登记",
    "export:indicators": "导出指标",
    "export:disputes": "导出纠纷列表",
    "export:disputes:fetch": "下载导出的纠纷列表",
    "export:disputes:state": "查看导出进度",
    "sign_ins": "查看本人登录",
    "sign_ins:end": "退出登录",
    "tokens": "查看本人程序令牌",
    "tokens:make": "新建程序令牌",
    "tokens:end": "停用程序令牌",
    "deputy:name": "指定代班",
    "deputy:confirm": "确认代班",
    "deputy:end": "结束代班",
    "leaving:read": "查看离任交接清单",
    "leaving:record": "办理离任",
    "leaving:appoint": "指定接任人",
    "report": "报送",
    "note": "转来情况",
    "notice": "查看函件",
    "hazard": "查看隐患",
    "hazards": "查看隐患清单",
    "calendar": "发布工作日历",
    "doctor:read": "查看运行检查",
    "doctor:examine": "运行检查",
    "learning:make": "从纠正中学习",
    "learning:switch": "启用或停用纠正学习",
    "learning:alias": "查看或停用地址别名",
    "spot_check": "查看抽查",
    "spot_check:judge": "抽查评判",
    "force:form": "成立专班",
    "force:end": "结束专班",
}
"""Codes that stand for themselves."""

FAMILIES: dict[str, tuple[str, dict[str, str]]] = {
    "task:": ("查看待办", {code: kind.name for code, kind in KINDS.items()}),
    "decide:": ("办理", {code: kind.name for code, kind in KINDS.items()}),
    "claim:": ("认领", {code: kind.name for code, kind in KINDS.items()}),
    "delegate:": ("委托办理", {code: kind.name for code, kind in KINDS.items()}),
    "transfer:": ("移交", {code: kind.name for code, kind in KINDS.items()}),
    "acknowledge:": ("应铃", {code: kind.name for code, kind in KINDS.items()}),
    "entrust:": ("交办", {kind: rule.name for kind, rule in RULES.items()}),
    "relieve:": ("结束承担", {kind: rule.name for kind, rule in RULES.items()}),
    "desk:": ("查看当日研判", {}),
    "spot_check:": ("抽查结论", {"agreed": "认定无误", "wrong": "认定有误"}),
    "figure_supervision:": ("指标督导", {"answer": "答复", "accept": "接受", "return": "退回"}),
    "organisations:": (
        "单位变动",
        {"found": "设立", "rename": "更名", "move": "调整隶属", "merge": "撤并", "close": "撤销"},
    ),
    "act:": ("操作", {code: action.title for code, action in ACTIONS.items()}),
    "indicators:": ("查看单位指标", {}),
    "seek:": (
        "查找纠纷",
        {"any": "按姓名、电话、地址", "name": "按姓名", "phone": "按电话", "address": "按地址"},
    ),
    "codec:": ("在引擎页面解密", {}),
    "get:": ("查看其他内容", {}),
}
"""Beginnings of codes, what they stand for, and the words for what follows."""


def noted(code: str) -> str:
    """A code of the log in words: `查看待办：现场处置`; the code itself where it has none."""
    if code in NOTED:
        return NOTED[code]
    for prefix, (word, names) in FAMILIES.items():
        if code.startswith(prefix):
            rest = code.removeprefix(prefix)
            if prefix == "codec:":
                return f"{word} {rest} 项"
            if prefix == "get:":
                return word  # what follows is a path, a program's word
            return f"{word}：{names.get(rest, rest)}"
    return code


def outcome(code: str) -> str:
    """How it came out: `成功`, or the title of the refusal."""
    if code == NotSignedIn.code:
        return "登录未成功"
    error = by_code(code)
    return "成功" if code == OK else error.title if error else code
