"""Whether two reports that have people in common are of one matter, and not only of the same people (F.1: a case is one
事项).

“又吵起来了” tells that people quarrel again, not about what. So a report joins only by a word that is the matter's own:
one that both have, that few others have, and that is neither a name, a place nor a count. How many such words it takes
hangs on the category, and on whether the report says that it goes on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import chain

from domain.triage.repeats.grams import Commonness, pairs_of, runs
from domain.triage.repeats.known import Known, near_kind, other_people, same_kind, shared_people, surnames_of

AGAIN = re.compile(
    r"又|再次|再度|再来|仍|还是|还没|还不|继续|反复|多次|上次|上回|第[二三四五六七八九两2-9]次|(?:报|反映|投诉|说|调解)过"
    r"|之前|前几天|前些|原先|那天|那晚|答应|说好|这次|这回"
)
"""What tells that it is not the first time."""
REFERS = re.compile(
    r"还没|还是|还在|还不|仍|上次|上回|(?:报|反映|投诉|说|调解)过|反映的|之前|那天|那晚|那个|那家|答应|说好|这次|到底"
    r"|第[二三四五2-5]次"
)
"""What refers to an earlier report or to what followed it; 又 and 再次 alone do not say to which."""
_TIMES = re.compile(r"(?:报|反映|投诉|打|找)了?[两三四五几好]+次")
_SOMEBODY_ELSE = re.compile(r"又有|又一|又来了?(?:一|个|几)|另[一外]|别的|新来的|换了一?个")
_ANYBODY = re.compile(r"客人|[顾乘住旅食游茶酒看散]客|有人|路人|陌生人")
"""Whom a shop, a driver or a doorman reports again and again, each time another."""
_COUNTS = re.compile(r"[一二三四五六七八九十两几半个月天次年日点岁号时今昨前后]")
_SUM = re.compile(r"[百千万]")
SIDES = 2
"""So many surnames in both reports are those of the two sides."""
MANY = 3
"""So many pairs of characters of the matter's own are enough without a word that it goes on."""


def own_words(new: Known, known: Known, commonness: Commonness) -> list[str]:
    """The rare words that both narratives have, without those of names, places, parties and counts; a sum of money is
    none of these. Pairs of characters that adjoin are one word, up to four characters."""
    shared = {
        pair
        for pair in pairs_of(new.narrative) & pairs_of(known.narrative)
        if commonness.rare(pair) and (_SUM.search(pair) or not _COUNTS.search(pair))
    }
    if not shared:
        return []
    names = surnames_of(new) | surnames_of(known)
    said = chain.from_iterable(
        pairs_of(text)
        for report in (new, known)
        for text in (report.address, *(str(party.get("name") or "") for party in report.parties))
    )
    own = {pair for pair in shared - set(said) if not names & set(pair)}
    return sorted({word for run in runs(new.narrative) for word in _words(run, own)})


def _words(run: str, pairs: Collection[str]) -> Iterator[str]:
    """The words that adjoining pairs of a run make, of four characters at most."""
    start = 0
    while start < len(run) - 1:
        end = start + 1
        while end < min(len(run), start + 4) and run[end - 1 : end + 1] in pairs:
            end += 1
        if end - start >= 2:
            yield run[start:end]
        start = end if end - start >= 2 else start + 1


def same_matter(new: Known, known: Known, commonness: Commonness) -> bool:
    """Whether reports that have people in common are of one matter."""
    if of_others(new, known):
        return False
    ours, theirs = surnames_of(new), surnames_of(known)
    both_sides, one_caller = len(ours & theirs) >= SIDES, shared_people(new, known) > 0
    words, refers = own_words(new, known, commonness), REFERS.search(new.narrative) is not None
    several, near = len(words) > 1, near_kind(new, known)
    if pairs_in(words) >= MANY and ((several and one_caller) or ((several or both_sides) and near)):
        return True
    if same_kind(new, known):
        goes_on = refers or AGAIN.search(new.narrative) is not None
        return pairs_in(words) > (0 if goes_on else 1)
    return refers and (several or (both_sides and bool(words)))


def goes_on(new: Known, known: Known) -> bool:
    """Whether one of two reports says that it is not the only one: 前几天反映过, 报了两次."""
    return any(REFERS.search(each.narrative) or _TIMES.search(each.narrative) for each in (new, known))


def pairs_in(words: Collection[str]) -> int:
    """How many pairs of characters so many words have: a long one tells more than a short one."""
    return sum(len(word) - 1 for word in words)


def of_others(new: Known, known: Known) -> bool:
    """Whether the new report is of somebody else too, or may be: it says so, it names somebody who was not named, or
    the other side is anybody. Two sides that are named in both are the same two."""
    if other_people(new, known) or _SOMEBODY_ELSE.search(new.narrative):
        return True
    ours, theirs = surnames_of(new), surnames_of(known)
    if len(ours & theirs) >= SIDES:
        return False
    return bool(theirs and ours - theirs) or _ANYBODY.search(new.narrative) is not None
