"""Who is granted what of organisations and of lists of people: see `grants`."""

from __future__ import annotations

from tests.e2e.people.rules import Grant, at, nobody, only

OF_ORGANISATIONS = {
    ("POST", "/v1/imports/people"): Grant(
        at(
            "/v1/imports/people",
            data=lambda _: {"dry_run": "true"},
            files=lambda _: {"file": ("名单.csv", "用户名,姓名,岗位,单位".encode(), "text/csv")},
        ),
        only("admin_security"),
    ),
    ("POST", "/v1/organisations"): Grant(
        at(
            "/v1/organisations",
            json={
                "code": "county",
                "name": "再设",
                "kind": "unit",
                "level": "county",
                "line": "gov_center",
                "under": "county",
            },
        ),
        lambda person, scene: {409} if person.at_root("admin_system") else {403},
    ),
    ("POST", "/v1/organisations/{code}/name"): Grant(at("/v1/organisations/nowhere/name", json={"name": "甲"}), nobody),
    ("POST", "/v1/organisations/{code}/move"): Grant(
        at("/v1/organisations/county/move", json={"under": "county"}),
        lambda person, scene: {409} if person.at_root("admin_system") else {403},
    ),
    ("POST", "/v1/organisations/{code}/merge"): Grant(
        at("/v1/organisations/county/merge", json={"sources": ["county"], "reason": "撤并"}),
        lambda person, scene: {409} if person.at_root("admin_system") else {403},
    ),
    ("POST", "/v1/organisations/{code}/close"): Grant(
        at("/v1/organisations/county/close", json={"reason": "撤销"}),
        lambda person, scene: {409} if person.at_root("admin_system") else {403},
    ),
}
