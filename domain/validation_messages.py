"""The wording of field errors, in the reader's language."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

_WORDS = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_too_short": "不能为空",
    "string_too_long": "超过长度限制（{max_length}字）",
    "too_short": "至少填写{min_length}项",
    "too_long": "至多{max_length}项",
    "string_type": "应为文字",
    "bool_parsing": "应为是或否",
    "bool_type": "应为是或否",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "finite_number": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_max_places": "小数至多{decimal_places}位",
    "date_from_datetime_parsing": "应为日期，例如 2026-12-31",
    "date_parsing": "应为日期，例如 2026-12-31",
    "date_from_datetime_inexact": "应为日期，例如 2026-12-31",
    "date_type": "应为日期，例如 2026-12-31",
    "datetime_parsing": "应为时间，例如 2026-12-31T09:00:00+08:00",
    "datetime_from_date_parsing": "应为时间，例如 2026-12-31T09:00:00+08:00",
    "datetime_object_invalid": "应为时间，例如 2026-12-31T09:00:00+08:00",
    "datetime_type": "应为时间，例如 2026-12-31T09:00:00+08:00",
    "literal_error": "只能是{expected}之一",
    "enum": "只能是{expected}之一",
    "greater_than_equal": "不得小于{ge}",
    "greater_than": "应大于{gt}",
    "less_than_equal": "不得大于{le}",
    "list_type": "应为列表",
    "model_type": "应为一组填写项",
    "model_attributes_type": "应为一组填写项",
    "string_pattern_mismatch": "格式不正确",
    "json_invalid": "不是有效的 JSON",
}


ALTERNATIVES = ("one-notice", "one-batch")
"""What stands in a location for which of several forms was meant, and is no field."""


def field_errors(error: ValidationError | list[Any], *, skip: int = 0) -> list[dict[str, str]]:
    """pydantic's findings as `[{field, message}]` in Chinese; `skip` drops leading parts of the location."""
    found = error.errors() if isinstance(error, ValidationError) else error
    return [
        {
            "field": ".".join(str(p) for p in item["loc"][skip:] if p not in ALTERNATIVES) or "body",
            "message": _message(item),
        }
        for item in found
    ]


def _message(item: Any) -> str:
    if item["type"] == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    words = _WORDS.get(item["type"], "格式不正确")
    context = {key: str(value) for key, value in (item.get("ctx") or {}).items()}
    if "expected" in context:  # "'money', 'goods' or 'act'"
        context["expected"] = context["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
    return words.format_map({**dict.fromkeys(("max_length", "min_length"), ""), **context})
