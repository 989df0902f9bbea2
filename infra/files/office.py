"""Documents of offices: those of before 2007 (OLE, [MS-CFB]) and those since (packages, ECMA-376 part 2).

Macros are refused, and with them whatever else starts programs: old macro sheets, controls, objects of other programs,
templates fetched from elsewhere. A document is what is in it: another ending hides nothing.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO
from xml.etree import ElementTree

from domain.errors import MediaRefused
from infra.files.windows import windows

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
TYPES = "[Content_Types].xml"
"""The part of a package that says what its parts are."""
MOST_PARTS = 4_000
MOST_UNPACKED = 256 * 2**20
"""Bytes that a package may have unpacked; a document of 20 MiB with pictures has little more than packed."""
MOST_XML = 4 * 2**20
"""Bytes of a part that is read: types and relationships of a document have a few thousand."""
_MACRO = "文档含宏，不予接收；请另存为不含宏的文档（docx、xlsx）或PDF后重新上传"
_OBJECT = "文档嵌有其他程序的对象或控件，不予接收；请另存为PDF后重新上传"
_OUTSIDE = "文档引用外部模板或对象，不予接收；请另存为PDF后重新上传"
_CLOSED = "文档已加密，无法检查，请解除密码后重新上传"
_BROKEN = "文档不完整或无法检查，请重新导出后上传"
_ELSE = "只接受图片、视频、录音、PDF和办公文档"


def _entry(*names: str) -> re.Pattern[bytes]:
    """Entries of an OLE directory: names in UTF-16, in whatever letters."""
    return re.compile(b"|".join(re.escape(name.encode("utf-16-le")) for name in names), re.IGNORECASE)


_OLE_MACROS = _entry("_VBA_PROJECT")
"""The stream that every project of macros has ([MS-OVBA] 2.3.4.1)."""
_OLE_OBJECTS = _entry("\x01Ole10Native", "Equation Native")
_OLE_CLOSED = _entry("EncryptedPackage")
_DOC, _XLS = _entry("WordDocument\0"), _entry("Workbook\0", "Book\0")
_MACRO_SHEET = re.compile(rb"\x85\x00.\x00.{4}[\x00-\x02]\x01", re.DOTALL)
"""The record of an Excel 4.0 macro sheet: BoundSheet8 with dt = 1 ([MS-XLS] 2.4.28)."""


def kind_of_ole(file: BinaryIO) -> str:
    """The media type of a document of before 2007.

    Raises:
        MediaRefused
    """
    kind = ""
    for _, piece in windows(file):
        for found, refusal in ((_OLE_MACROS, _MACRO), (_MACRO_SHEET, _MACRO), (_OLE_OBJECTS, _OBJECT),
                               (_OLE_CLOSED, _CLOSED)):  # fmt: skip
            if found.search(piece):
                raise MediaRefused(refusal)
        kind = kind or ("application/msword" if _DOC.search(piece) else "")
        kind = kind or ("application/vnd.ms-excel" if _XLS.search(piece) else "")
    if not kind:
        raise MediaRefused(_ELSE)
    return kind


_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "wordprocessingml.document.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "spreadsheetml.sheet.main+xml",
}
_PART_MACRO = re.compile(r"vba(?:project|data)|/macrosheets?/|\.(?:doc|dot|xls|xlt|xla|ppt)m$", re.IGNORECASE)
_PART_OBJECT = re.compile(r"/activex/|/embeddings/.*\.(?!docx$|xlsx$|pptx$)\w+$|\.(?:exe|dll|scr|js|vbs|bat|hta|lnk)$",
                          re.IGNORECASE)  # fmt: skip
_PART_PACKAGE = re.compile(r"/embeddings/.*\.(?:docx|xlsx|pptx)$", re.IGNORECASE)
_FETCHED = ("attachedTemplate", "oleObject", "frame", "externalLinkPath", "subDocument")
"""Kinds of relationships that fetch what they name when the document is opened. (Links and pictures do not, or are
asked for.)"""


def kind_of_package(file: BinaryIO) -> str:
    """The media type of a document of since 2007. Whatever it holds is unpacked once, to see that it is what it says.

    Raises:
        MediaRefused
    """
    try:
        file.seek(-22, 2)
        if file.read(4) != b"PK\5\6":  # something behind it, or a comment: the end of an archive stands at its end
            raise MediaRefused(_BROKEN)
        with zipfile.ZipFile(file) as package:
            return _looked_into(package, nested=False)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, OSError, ValueError,
            RuntimeError) as error:  # fmt: skip  # the last where it is encrypted, or packed in a way nobody uses
        raise MediaRefused(_BROKEN) from error


def _looked_into(package: zipfile.ZipFile, *, nested: bool) -> str:
    parts = package.infolist()
    _check_parts(parts)
    if package.testzip() is not None:  # reads every part to the length that it declared, and no further
        raise MediaRefused(_BROKEN)
    told = {each.get("ContentType", "").lower() for each in _xml(package, TYPES).iter()}
    if any("macroenabled" in each or "vbaproject" in each for each in told):
        raise MediaRefused(_MACRO)
    for part in parts:
        if part.filename.endswith(".rels"):
            _check_relationships(_xml(package, part.filename))
        elif _PART_PACKAGE.search(part.filename):
            if nested:
                raise MediaRefused(_OBJECT)
            with package.open(part) as held, zipfile.ZipFile(held) as inner:
                _looked_into(inner, nested=True)
    found = next((kind for kind, main in _MAIN.items() if any(each.endswith(main) for each in told)), "")
    if not found and not nested:
        raise MediaRefused(_ELSE)
    return found


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if all(part.filename != TYPES for part in parts):
        raise MediaRefused(_ELSE)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise MediaRefused("文件解压后过大，不予接收")
    for part in parts:
        if part.flag_bits & 1:
            raise MediaRefused(_CLOSED)
        if _PART_MACRO.search(part.filename):
            raise MediaRefused(_MACRO)
        if _PART_OBJECT.search(part.filename):
            raise MediaRefused(_OBJECT)


def _check_relationships(relationships: ElementTree.Element) -> None:
    for each in relationships.iter():
        kind = each.get("Type", "").rpartition("/")[2]
        if each.get("TargetMode", "").lower() == "external" and kind in _FETCHED:
            raise MediaRefused(_OUTSIDE)
        if "vbaproject" in kind.lower():
            raise MediaRefused(_MACRO)


def _xml(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with package.open(name) as part:
        content = part.read(MOST_XML + 1)
    # No document of an office declares entities: they serve to make a small part large.
    if len(content) > MOST_XML or b"<!DOCTYPE" in content or b"<\0!\0D" in content or b"\0<\0!\0D" in content:
        raise MediaRefused(_BROKEN)
    return ElementTree.fromstring(content)
