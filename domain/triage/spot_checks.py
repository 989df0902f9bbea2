"""Which of what was found to be no risk is looked at again (抽查): a share that nobody can foresee, the same each time.

“提取各类风险信息”: what is not extracted is seen by nobody any more, so a part of it is (Q-040).
"""

from __future__ import annotations

import hashlib

PARTS = 10_000


def drawn(mark: str, of_100: int) -> bool:
    """Whether a matter is drawn; `mark` is a keyed digest of it, which only the installation can make."""
    digest = hashlib.sha256(mark.encode()).digest()
    return int.from_bytes(digest[:8]) % PARTS < of_100 * PARTS // 100
