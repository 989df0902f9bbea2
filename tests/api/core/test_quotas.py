"""Searches, exports and jobs of a person over HTTP: so many, and then it is said when there are more."""

from __future__ import annotations

from dataclasses import replace

from api.core.context import Services
from infra.records.quotas.exports import ExportQuota
from infra.records.quotas.searches import SearchQuota
from tests.api.attachments.test_hostile_uploads import signed_in
from tests.api.support import dispute, somebody

MOST = 2


async def test_what_a_person_asks_for_is_counted_and_the_answer_says_when_he_may_again(services: Services) -> None:
    number = await dispute(services)
    narrow = replace(
        services,
        settings=services.settings.model_copy(update={"jobs_waiting": MOST}),
        searches=SearchQuota(MOST),
        exports=ExportQuota(services.database, services.access, MOST),
    )
    async with await signed_in(narrow, await somebody(services, "auditor", "county")) as http:
        for method, path, said in (
            ("GET", "/v1/disputes?q=停车", "秒后再试"),
            ("GET", "/v1/audit/access.csv?reason=抽查", "后再导出"),
            ("POST", "/v1/audit/replays", "完成后"),
        ):
            sent = {"dispute_no": number} if method == "POST" else None
            for _ in range(MOST):
                assert (await http.request(method, path, json=sent)).is_success, path
            refused = await http.request(method, path, json=sent)
            assert (refused.status_code, refused.json()["code"]) == (429, "quota_reached"), path
            assert said in refused.json()["detail"]
            assert int(refused.headers["retry-after"]) > 0
        assert (await http.get("/v1/disputes")).is_success, "who does not search is not counted"
