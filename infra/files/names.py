"""What a file is called: nothing that turns a line round, leads to another folder, or claims to be another kind.

Whoever sends a file chooses its name, and others read it on screen and save it under it.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
"""Characters of a name without its ending; in UTF-8 at most 240 bytes: file systems take 255."""
_BAD = re.compile(r'[<>:"|?*]')
_ENDING = re.compile(r"\.(?:[a-z]{2,5}|mp[34]|m4[av]|7z)\s*$", re.IGNORECASE)
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices, with whatever ending."""
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
"""Unicode's categories of what has no shape of its own: control and direction characters, breaks, and no characters."""


def clean_name(sent: str | None, ending: str = "") -> str:
    """A name as it is kept and shown, with the ending that its content has; without one, as it was sent."""
    name = unicodedata.normalize("NFC", sent or "")
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(" " if c.isspace() else c for c in name if unicodedata.category(c) not in _UNSEEN)
    name = " ".join(_BAD.sub("_", name).split())
    while ending and (shorter := _ENDING.sub("", name)) != name:
        name = shorter
    name = name.strip(". ")[:LONGEST].encode()[:240].decode(errors="ignore").rstrip(". ") or "附件"
    return "_" * bool(_DEVICES.fullmatch(name)) + name + (f".{ending}" if ending else "")
