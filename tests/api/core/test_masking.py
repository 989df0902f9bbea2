"""Numbers of people are masked in whatever leaves, and nothing else is touched."""

import json

import pytest

from api.core.masking import masked_html, masked_json, masked_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("电话13812345678，在家", "电话138****5678，在家"),
        ("手机138-1234-5678", "手机138******5678"),
        ("＋86 13812345678", "＋86 138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("微信wx13812345678", "微信wx138****5678"),
        ("座机0579-82345678", "座机057******5678"),
        ("座机（0579）82345678", "座机（057******5678"),
        ("身份证510104198001011234", "身份证510*************34"),
        ("身份证51010419800101123X。", "身份证510*************3X。"),
        ("老证510104800101123", "老证510**********23"),
        ("孩子的510104202101011232", "孩子的510*************32"),
        ("卡号6222021234567890123", "卡号622************0123"),
    ],
)
def test_a_number_shows_its_ends(written: str, shown: str) -> None:
    assert masked_text(written) == shown
    assert json.loads(masked_json(json.dumps({"text": written}, ensure_ascii=False))) == {"text": shown}
    assert masked_html(f'<p title="{written}">{written}</p>') == f'<p title="{shown}">{shown}</p>'


@pytest.mark.parametrize(
    "kept",
    [
        "借款120000元",
        "警情330100202611270001",
        "2026年11月27日",
        "D2026-000123",
        "车牌浙A12345",
        "2138123456789",
        "12345",
        "110",
    ],
)
def test_what_is_nobodys_number_stays(kept: str) -> None:
    assert masked_text(kept) == kept


def test_ids_instants_addresses_and_jsons_own_numbers_stay() -> None:
    kept = {
        "task_id": "0199a13812345678bcde",
        "next": "/v1/disputes?after=13812345678",
        "at": "2026-11-27T20:00:00.13812345678+08:00",
        "bytes": 13812345678,
        "seqs": [13812345678, 15912345678],
    }
    texts = {
        "phone": "13812345678",
        "said": '他说"13812345678"、',
        "two": "13812345678, 13812345678",
        "path": "C:\\13812345678 ",
    }
    text = json.dumps({**kept, **texts, "again": kept}, ensure_ascii=False)
    shown = json.loads(masked_json(text))
    assert {name: shown[name] for name in kept} == shown["again"] == kept
    assert {name: shown[name] for name in texts} == {
        name: said.replace("13812345678", "138****5678") for name, said in texts.items()
    }


def test_what_somebody_types_comes_back_as_typed_and_a_call_can_be_made() -> None:
    kept = (
        '<textarea name="narrative">\n电话13812345678 <b></textarea><input value="13812345678">'
        '<a href="/search?q=13812345678">下一页</a><a href="tel:13812345678">13812345678</a>'
    )
    assert masked_html(kept + "<li>13812345678</li>") == kept + "<li>138****5678</li>"
