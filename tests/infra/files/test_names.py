"""What a file is called."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.files.names import clean_name


@pytest.mark.parametrize(
    ("sent", "ending", "kept"),
    [
        ("现场照片.png", "png", "现场照片.png"),
        ("现场照片.PNG", "jpg", "现场照片.jpg"),
        ("发票.pdf.exe", "pdf", "发票.pdf"),
        ("说明.v2", "pdf", "说明.v2.pdf"),
        ("照片\u202egnp.exe", "png", "照片gnp.png"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\Users\\x\\合同.docx", "docx", "合同.docx"),
        ("a\r\nSet-Cookie: x=1.png", "png", "aSet-Cookie_ x=1.png"),
        ('"; filename=evil.html', "png", "_; filename=evil.png"),
        ("con.png", "png", "_con.png"),
        ("\u200b\u2066.\u2069", "mp4", "附件.mp4"),
        (None, "png", "附件.png"),
        ("e\u0301.png", "png", "é.png"),
        ("长" * 500, "pdf", "长" * 80 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_far_as_it_does_no_harm(sent: str | None, ending: str, kept: str) -> None:
    assert clean_name(sent, ending) == kept


@given(st.text(max_size=300))
def test_no_name_does_harm(sent: str) -> None:
    name = clean_name(sent, "png")
    assert name.endswith(".png")
    assert len(name.encode()) <= 255
    assert not set(name) & set('/\\<>:"|?*')
    assert not [c for c in name if unicodedata.category(c)[0] == "C"]
    assert name == name.strip()
    assert clean_name(name, "png") == name
