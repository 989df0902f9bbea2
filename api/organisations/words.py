"""What kinds, levels and lines of organisations are called."""

from __future__ import annotations

from domain.people.organisation import VENUES, Level, Line
from domain.triage.places import Kind

KINDS: dict[str, str] = {
    Kind.TOWN: "乡镇（街道）",
    Kind.VILLAGE: "村（社区）",
    Kind.GRID: "网格",
    Kind.STATION: "派出所",
    Kind.BEAT: "警格",
    Kind.DEPARTMENT: "涉责部门",
    Kind.UNIT: "其他成员单位",
    Kind.TOWN_CENTRE: "镇街综治中心",
    Kind.JUSTICE_OFFICE: "司法所",
    Kind.COURT: "法院",
    Kind.TRIBUNAL: "人民法庭",
    Kind.WOMENS_FEDERATION: "妇联",
    Kind.HOTLINE: "12345热线",
    Kind.CENTRE: "综治中心",
    Kind.RISK_CENTRE: "风控中心",
    Kind.COMMITTEE: "政法委",
    Kind.BUREAU: "公安局",
    Kind.COUNTY: "县（市、区）",
    **VENUES,
}
"""The kinds that somebody may found, those founded most often first."""
LEVELS: dict[str, str] = {
    Level.CITY: "市级",
    Level.COUNTY: "县级",
    Level.TOWN: "镇街级",
    Level.VILLAGE: "村社级",
    Level.GRID: "网格",
}
LINES: dict[str, str] = {
    Line.GOV_CENTER: "综治中心",
    Line.HOTLINE: "12345热线",
    Line.POLICE: "公安",
    Line.JUDICIAL: "法院",
}
LIKELY: dict[str, tuple[str, str]] = {
    Kind.TOWN: (Level.TOWN, Line.GOV_CENTER),
    Kind.VILLAGE: (Level.VILLAGE, Line.GOV_CENTER),
    Kind.GRID: (Level.GRID, Line.GOV_CENTER),
    Kind.STATION: (Level.TOWN, Line.POLICE),
    Kind.BEAT: (Level.GRID, Line.POLICE),
    Kind.TOWN_CENTRE: (Level.TOWN, Line.GOV_CENTER),
    Kind.JUSTICE_OFFICE: (Level.TOWN, Line.GOV_CENTER),
    Kind.TRIBUNAL: (Level.TOWN, Line.JUDICIAL),
    Kind.COURT: (Level.COUNTY, Line.JUDICIAL),
}
"""The level and line of a kind, where a form need not ask."""
