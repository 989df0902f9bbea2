"""Everything that santui refuses or cannot do, in one tree.

SantuiError
├── Refused                         the caller's doing; each has a code, an HTTP status and a Chinese title
│   ├── NotSignedIn            401  not_signed_in
│   ├── SecondFactorDue        401  second_factor_due
│   ├── PasswordDue            403  password_due
│   ├── EnrolmentDue           403  enrolment_due
│   ├── NotEntitled            403  not_entitled
│   │   ├── FourEyes           403  four_eyes
│   │   ├── NeedToKnow         403  need_to_know
│   │   ├── BadCsrf            403  csrf_failed
│   │   └── OutOfScope         403  out_of_scope
│   ├── NotFound               404  not_found
│   ├── Conflict               409  conflict
│   │   ├── TaskClosed         409  task_closed
│   │   ├── ClaimedByOther     409  task_claimed_by_other
│   │   ├── StaleRound         409  stale_round
│   │   ├── DecisionNotAllowed 409  decision_not_allowed
│   │   ├── ActionNotAllowed   409  action_not_allowed
│   │   ├── DisputeClosed      409  dispute_closed
│   │   ├── SourceNoConflict   409  source_no_conflict
│   │   └── WorkLeftOpen       409  work_left_open
│   ├── ChangedSince           412  changed_since
│   ├── TooSlow                408  too_slow
│   ├── TooLarge               413  too_large
│   ├── MediaRefused           415  media_type_refused
│   ├── HostUnknown            421  host_unknown
│   ├── FieldsInvalid          422  fields_invalid
│   ├── KeyReused              422  idempotency_key_reused
│   ├── TooManyTries           429  too_many_tries
│   ├── TooManyStreams         429  too_many_streams
│   ├── TooManyConnections     429  too_many_connections
│   └── QuotaReached           429  quota_reached
├── Unavailable                503  engine_unavailable
│   ├── StoreUnavailable       503  store_unavailable
│   ├── ScannerUnavailable     503  scanner_unavailable
│   ├── ProviderUnavailable    503  provider_unavailable
│   └── Busy                   503  busy
├── ArchiveBroken          500  archive_broken
├── FileBroken             500  file_broken
└── PolicyInvalid                   a playbook, lexicon or calendar that cannot be used; names file and line
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

MAY_TAKE_EFFECT = "可能已生效，请稍后刷新查看；重试将得到同一结果"


class SantuiError(Exception):
    """The root. `code` is stable and for programs, `title` is what staff read, `detail` says what happened here."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "系统内部错误"

    def __init__(self, detail: str = "", *, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors or []


class Refused(SantuiError):
    """The request was understood and not granted; nothing changed."""

    code = "refused"
    status = 400
    title = "请求未被受理"
    by_case: bool = False
    """said by the case itself, which knows every key it took"""


class NotSignedIn(Refused):
    """No, an unknown or an expired token."""

    code = "not_signed_in"
    status = 401
    title = "请先登录"


class SecondFactorDue(Refused):
    """The password is right, and a code is asked for beside it."""

    code = "second_factor_due"
    status = 401
    title = "请输入动态验证码"


class PasswordDue(Refused):
    """Signed in, and nothing is answered until the password is changed."""

    code = "password_due"
    status = 403
    title = "请先修改口令"


class EnrolmentDue(Refused):
    """Signed in without a second factor that his role must have: nothing is answered until he has taken one."""

    code = "enrolment_due"
    status = 403
    title = "您的岗位须先启用动态验证码"


class NotEntitled(Refused):
    """Signed in, but no post of the person gives this right here."""

    code = "not_entitled"
    status = 403
    title = "您的岗位无权办理此事项"


class FourEyes(NotEntitled):
    """The person did the work that this task judges (requirements E.2, rule 1)."""

    code = "four_eyes"
    title = "办理人不得评判本人办理的事项"


class NeedToKnow(NotEntitled):
    """The case is within the person's sight and kept close (L3, requirements E.2): he has nothing to do in it, and has
    not broken the glass. `dispute_no` is the case's, and told in `errors`: who asked for a task may not know it.
    """

    code = "need_to_know"
    title = "敏感案件，按需知悉：确有需要的，说明用途和事由后可限时查看"

    def __init__(self, detail: str = "", *, dispute_no: str = "") -> None:
        of = [{"field": "dispute_no", "message": dispute_no}] if dispute_no else []
        super().__init__(detail, errors=of)
        self.dispute_no = dispute_no


class BadCsrf(NotEntitled):
    """A page's form came back without its token."""

    code = "csrf_failed"
    title = "页面已过期，请刷新后重试"


class OutOfScope(NotEntitled):
    """A program's token was not given for this."""

    code = "out_of_scope"
    title = "此程序令牌的用途不包括这一操作"


class NotFound(Refused):
    """It does not exist, or not for this person: the two must look the same."""

    code = "not_found"
    status = 404
    title = "未找到"


class Conflict(Refused):
    """The case has moved on; read it again."""

    code = "conflict"
    status = 409
    title = "事项状态已变化"


class TaskClosed(Conflict):
    """The task was answered, voided or ended by its clock."""

    code = "task_closed"
    title = "该待办已办结或已失效"


class ClaimedByOther(Conflict):
    """Somebody else has claimed the task."""

    code = "task_claimed_by_other"
    title = "该待办已由他人认领"


class StaleRound(Conflict):
    """The task belongs to a round that was returned since."""

    code = "stale_round"
    title = "该待办属于以前的轮次"


class DecisionNotAllowed(Conflict):
    """The task does not offer this decision, or not now."""

    code = "decision_not_allowed"
    title = "当前不能作出该处理"


class ActionNotAllowed(Conflict):
    """The dispute does not offer this action now."""

    code = "action_not_allowed"
    title = "当前不能执行该操作"


class DisputeClosed(Conflict):
    """The dispute is closed; only `reopen` remains."""

    code = "dispute_closed"
    title = "该纠纷已办结"


class SourceNoConflict(Conflict):
    """The source's number is another report's; this one is stored all the same, under a number of its own."""

    code = "source_no_conflict"
    title = "来源编号已用于内容不同的另一警情"


class WorkLeftOpen(Conflict):
    """Somebody would leave and his work would wait for nobody; `errors` names each piece of it."""

    code = "work_left_open"
    title = "尚有工作没有交接"


class ChangedSince(Refused):
    """What the request is about is not as its sender saw it (`If-Match`); read it again."""

    code = "changed_since"
    status = 412
    title = "内容已被他人修改，请重新查看后再操作"


class TooSlow(Refused):
    """A request that comes too slowly, or was cut off."""

    code = "too_slow"
    status = 408
    title = "请求传送过慢或中断，请重试"


class TooLarge(Refused):
    """A file, a body, or a message to the engine above the limit."""

    code = "too_large"
    status = 413
    title = "内容超过大小限制"


class MediaRefused(Refused):
    """A file whose content is not of an admitted type."""

    code = "media_type_refused"
    status = 415
    title = "不支持的文件类型"


class HostUnknown(Refused):
    """The request names a host that is not this one."""

    code = "host_unknown"
    status = 421
    title = "本系统不使用这个主机名，请用正式网址访问"


class FieldsInvalid(Refused):
    """Fields missing or wrong; `errors` is `[{field, message}]`, messages in Chinese."""

    code = "fields_invalid"
    status = 422
    title = "填写的内容有误"


class KeyReused(Refused):
    """The same idempotency key came with other content."""

    code = "idempotency_key_reused"
    status = 422
    title = "同一幂等键被用于不同内容"


class TooManyTries(Refused):
    """Too many failed sign-ins."""

    code = "too_many_tries"
    status = 429
    title = "尝试次数过多，请稍后再试"


class TooManyStreams(Refused):
    """The person has as many event streams open as one may."""

    code = "too_many_streams"
    status = 429
    title = "打开的页面过多，请关闭一些后重试"


class TooManyConnections(Refused):
    """The address has as many requests under way as one may."""

    code = "too_many_connections"
    status = 429
    title = "同一地址的连接过多，请稍后再试"


class QuotaReached(Refused):
    """The person has had as much of something as one may in a time; `after` says in how many seconds there is more."""

    code = "quota_reached"
    status = 429
    title = "已达到使用上限，请稍后再试"

    def __init__(self, detail: str = "", *, errors: list[dict[str, Any]] | None = None, after: int = 60) -> None:
        super().__init__(detail, errors=errors)
        self.after = after


class Unavailable(SantuiError):
    """The engine does not answer; the same request may be sent again with the same key.

    With `may_take_effect` it was sent, and may have taken effect or do so yet.
    """

    code = "engine_unavailable"
    status = 503
    title = "流程引擎暂时不可用，请稍后重试"

    def __init__(
        self, detail: str = "", *, errors: list[dict[str, Any]] | None = None, may_take_effect: bool = False
    ) -> None:
        super().__init__(detail or (MAY_TAKE_EFFECT if may_take_effect else ""), errors=errors)
        self.may_take_effect = may_take_effect


class StoreUnavailable(Unavailable):
    """The database does not answer or cannot be written."""

    code = "store_unavailable"
    title = "数据库暂时不可用，请稍后重试"


class ScannerUnavailable(Unavailable):
    """Files are to be looked through for viruses, and what does it does not answer: none is taken."""

    code = "scanner_unavailable"
    title = "病毒检查暂时不可用，文件没有接收，请稍后重试"


class ProviderUnavailable(Unavailable):
    """The provider by which people sign in does not answer, or says what can't be; passwords serve all the same."""

    code = "provider_unavailable"
    title = "统一身份认证暂时不可用，请用用户名和口令登录"


class Busy(Unavailable):
    """More came at once than can be handled; nothing was done, and the same request may be sent again."""

    code = "busy"
    title = "系统繁忙，请稍后重试"


class ArchiveBroken(SantuiError):
    """A file of the archive is not what was put there; the detail names it."""

    code = "archive_broken"
    title = "档案文件已被改动"


class FileBroken(SantuiError):
    """A file is not what was put there."""

    code = "file_broken"
    title = "附件文件已损坏或被改动，请联系系统管理员"


class PolicyInvalid(SantuiError):
    """A policy file that cannot be used; the message begins with `file:line`."""

    code = "policy_invalid"
    title = "工作机制配置有误"


def codes() -> Iterator[type[SantuiError]]:
    """Every error, in the order of the tree."""

    def walk(cls: type[SantuiError]) -> Iterator[type[SantuiError]]:
        yield cls
        for child in cls.__subclasses__():
            yield from walk(child)

    return walk(SantuiError)


def by_code(code: str) -> type[SantuiError] | None:
    """The class of a code, so that an error crossing the engine by name becomes the same error again."""
    return next((error for error in codes() if error.code == code), None)
