"""Files as an attacker makes them, each by what it is; and such as an office sends every day."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
_PART = '<Override PartName="{}" ContentType="{}"/>'
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = (
    '<Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="http://x.example/a" TargetMode="External"/>'
)


def picture(kind: str = "PNG", *, comment: bytes = b"") -> bytes:
    """A small picture."""
    written = BytesIO()
    Image.new("RGB", (64, 64), "red").save(written, kind, **({"comment": comment} if comment else {}))
    return written.getvalue()


def package(main: str = f"{WORD}.main+xml", parts: dict[str, bytes] | None = None, types: str = "") -> bytes:
    """A document of since 2007."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        told = _PART.format("/word/document.xml", main) + types
        made.writestr("[Content_Types].xml", _TYPES.format(told))
        made.writestr("word/document.xml", "<document>调解记录</document>")
        for name, content in (parts or {}).items():
            made.writestr(name, content)
    return written.getvalue()


def relations(kind: str) -> dict[str, bytes]:
    """A part that names something elsewhere."""
    return {"word/_rels/settings.xml.rels": _RELATIONS.format(_RELATION.format(kind)).encode()}


def ole(*entries: str, stream: bytes = b"") -> bytes:
    """A document of before 2007, as far as anybody looks: its directory's entries, and a stream."""
    directory = b"".join(name.encode("utf-16-le").ljust(64, b"\0") + bytes(64) for name in entries)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + directory + stream + bytes(2000)


def pdf(body: bytes = b"", *, packed: bytes | None = None) -> bytes:
    """A PDF; `packed` stands in an object stream."""
    objects = b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + body
    if packed is not None:
        inside = zlib.compress(packed)
        objects += b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\r\n" % len(
            inside
        )
        objects += inside + b"\nendstream\nendobj\n"
    return b"%PDF-1.7\n" + objects + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def archive() -> bytes:
    """An archive."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("evil.exe", b"MZ")
    return written.getvalue()


def saying(size: int) -> bytes:
    """A document with a part of a hundred thousand bytes that says it has another size."""
    made = bytearray(package(parts={"word/media/a.bin": bytes(100_000)}))
    for at in range(len(made) - 4):
        if made[at : at + 4] == (100_000).to_bytes(4, "little"):
            made[at : at + 4] = size.to_bytes(4, "little")
    return bytes(made)


MACRO_TYPES = "application/vnd.ms-word.document.macroEnabled.main+xml"
SCRIPT = b"4 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"
REFUSED = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a program": b"MZ" + bytes(600),
    "an archive": archive(),
    "a page in a picture's comment": picture("JPEG", comment=b"<script>alert(1)</script>"),
    "a page behind a picture": picture() + b"<HTML ><body onload=alert(1)>",
    "a script behind a picture": picture("GIF") + b"<?php system($_GET[0]); ?>",
    "an archive behind a picture": picture("JPEG") + archive(),
    "an archive of the other kind behind a picture": picture("JPEG") + b"Rar!\x1a\x07\x01\x00" + bytes(90),
    "an archive behind a PDF": pdf() + archive(),
    "a page in a PDF": pdf(b"% <!DOCTYPE html><html><script>x</script>\n"),
    "something before a PDF": b"\xef\xbb\xbf" + pdf(),
    "a PDF with a script": pdf(SCRIPT),
    "a PDF with a script spelt otherwise": pdf(SCRIPT.replace(b"/JavaScript", b"/J#61va#53cript")),
    "a PDF that starts a program": pdf(b"4 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"),
    "a PDF with a script packed away": pdf(packed=b"4 0 " + bytes(70_000) + SCRIPT),
    "a PDF with something packed that can't be unpacked": pdf(b"4 0 obj\n<</Type/ObjStm>>\nstream\nnot packed at all"),
    "a PDF that unpacks without end": pdf(packed=bytes(33 * 2**20)),
    "macros": package(parts={"word/vbaProject.bin": b"x"}),
    "macros by type": package(MACRO_TYPES),
    "macros under another name": package(types=_PART.format("/word/a.bin", "application/vnd.ms-office.vbaProject")),
    "macro sheets": package(f"{SHEET}.main+xml", {"xl/macrosheets/sheet1.xml": b"<x/>"}),
    "controls": package(parts={"word/activeX/activeX1.xml": b"<x/>"}),
    "a program in a document": package(parts={"word/embeddings/oleObject1.bin": b"MZ"}),
    "macros in a document in a document": package(
        parts={"word/embeddings/a.docx": package(parts={"word/vbaProject.bin": b"x"})}
    ),
    "a template from elsewhere": package(parts=relations("attachedTemplate")),
    "entities": package(parts={"_rels/.rels": b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'}),
    "too much, packed": saying(2**30),
    "more than it says": saying(10),
    "something behind a document": package() + b"<script>",
    "old macros": ole("WordDocument", "_VBA_PROJECT"),
    "old macros in other letters": ole("Workbook", "_vba_Project"),
    "old macro sheets": ole("Workbook", stream=b"\x85\x00\x0e\x00\x00\x01\x00\x00\x00\x01\x06\x00Macro1"),
    "an old object": ole("WordDocument", "\x01Ole10Native"),
    "an encrypted document": ole("EncryptedPackage"),
    "an old file of something else": ole("PowerPoint Document"),
}
"""What nobody may upload, whatever it is called."""
TAKEN = {
    "a photograph": (picture("JPEG"), "image/jpeg"),
    "a picture": (picture(), "image/png"),
    "a drawing": (picture("GIF"), "image/gif"),
    "a newer picture": (picture("WEBP"), "image/webp"),
    "a photograph with more behind it": (picture("JPEG") + b"\0\0\0\x18ftypmp42" + bytes(400), "image/jpeg"),
    "a video": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(400), "video/mp4"),
    "a PDF": (pdf(b"3 0 obj\n<< /OpenAction [3 0 R /Fit] /URI (http://x.example) >>\nendobj\n"), "application/pdf"),
    "a PDF with packed objects": (pdf(packed=b"4 0 << /Type /Page >>" * 9), "application/pdf"),
    "a document": (package(), WORD),
    "a document with a link and a chart": (
        package(parts={**relations("hyperlink"), "word/embeddings/a.xlsx": package(f"{SHEET}.main+xml")}), WORD,
    ),
    "a sheet": (package(f"{SHEET}.main+xml"), SHEET),
    "an old document": (ole("WordDocument"), "application/msword"),
    "an old sheet": (ole("Workbook"), "application/vnd.ms-excel"),
}  # fmt: skip
"""What an office sends, and the media type of each."""
