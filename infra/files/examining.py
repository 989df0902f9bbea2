"""What a file is, told from its content alone, and whether it may come in.

Refused is whatever would run where somebody opens it (macros, scripts, what starts programs), and whatever is two
things at once: a picture that is an archive or a page too passes one reader as harmless and does its harm in another.
What is looked for is what the formats' own readers look for; what can't be looked into (encrypted) is refused too.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO

import filetype

from domain.errors import MediaRefused
from infra.files.office import OLE, ZIP, kind_of_ole, kind_of_package
from infra.files.pdf import check_pdf
from infra.files.windows import windows

ADMITTED = {
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm", "video/x-matroska": "mkv",
    "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-wav": "wav", "audio/amr": "amr",
    "application/pdf": "pdf", "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip
"""Pictures, videos, recordings, and documents of offices, each with the ending that it is given; never anything a
browser would run."""
_FOREIGN = (
    b"<script", b"<html", b"<!doctype", b"<iframe", b"<body", b"<?php", b"#!/bin/", b"rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
)  # fmt: skip
"""In small letters: what begins a page, a script or an archive, wherever it stands."""
_IN_EARNEST = re.compile(rb"<(?:script|html|body|iframe)[\s>/]|<!doctype\s|<\?php\s|#!/bin/[a-z]|rar!|7z", re.DOTALL)


def examine(file: BinaryIO) -> str:
    """The media type of a file; blocking.

    Raises:
        MediaRefused: says why, to whoever sent it.
    """
    file.seek(0)
    head = file.read(8192)
    if head.startswith(ZIP):
        return kind_of_package(file)
    kind = kind_of_ole(file) if head.startswith(OLE) else filetype.guess_mime(head)
    if kind not in ADMITTED or (kind == "application/pdf" and not head.startswith(b"%PDF-")):
        raise MediaRefused("只接受图片、视频、录音、PDF和办公文档")
    if kind == "application/pdf":
        check_pdf(file)
    _check_single(file)
    return kind


def _check_single(file: BinaryIO) -> None:
    for _, piece in windows(file):
        small = piece.lower()
        for word in _FOREIGN:
            at = small.find(word)
            while at >= 0:
                if _IN_EARNEST.match(small, at):
                    raise MediaRefused("文件内夹带网页、脚本或压缩包，请导出为普通文件后重新上传")
                at = small.find(word, at + 1)
    if zipfile.is_zipfile(file):
        raise MediaRefused("文件内夹带网页、脚本或压缩包，请导出为普通文件后重新上传")
