"""What is entrusted to people by name beside their posts: beats, chiefs, lines of work, qualifications, task forces.

Sources: Q-010 to Q-014 (task forces, qualifications, three chiefs, leaders in charge), Q-100, Q-101 (beats and grids).
"""

from __future__ import annotations

from enum import StrEnum


class Duty(StrEnum):
    """The kinds of what is entrusted; the subject of each in words."""

    BEAT_OFFICER = "beat_officer"
    """社区民警: the one officer of a beat (its code)"""
    BEAT_ASSISTANT = "beat_assistant"
    """辅警: assists in a beat"""
    BEAT_DEPUTY = "beat_deputy"
    """社区副所长: the deputy chief in charge of a beat"""
