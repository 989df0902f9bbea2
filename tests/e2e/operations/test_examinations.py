"""An examination asked for at the page 运行检查: a job does it, a line says what was looked at; for one role alone."""

from __future__ import annotations

import re
import time
from contextlib import closing

from tests.instance import Instance
from tests.web.crawling import signed_in


def test_who_runs_the_system_has_the_doctor_look_and_reads_what_it_found(jinhua: Instance) -> None:
    admin = jinhua.county.with_role("admin_system")
    supervisor = jinhua.county.with_role("supervisor")
    with closing(signed_in(jinhua, admin)) as page, closing(signed_in(jinhua, supervisor)) as other:
        [csrf], [key] = (re.findall(rf'name="{name}" value="([^"]+)"', page.get("/operations").text)[-1:]
                         for name in ("csrf", "key"))  # fmt: skip
        before = admin.get("/v1/findings")["examined_at"]
        sent = page.post("/operations/examine", data={"csrf": csrf, "key": key})
        assert "已开始检查" in sent.text
        deadline = time.monotonic() + 60
        while (found := admin.get("/v1/findings"))["examined_at"] == before:
            assert time.monotonic() < deadline, "the job did not come to its end"
            time.sleep(0.2)
        assert f"共核对 {found['looked']} 项" in page.get("/operations").text
        [job] = admin.get("/v1/jobs", kind="doctor", limit=1)["items"]
        assert (job["state"], job["total"] >= 1) == ("done", True)
        assert other.get("/operations").status_code == 403
