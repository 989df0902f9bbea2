"""The codec endpoint opens histories for those who see the whole county, and for nobody else."""

from __future__ import annotations

import base64

import httpx2
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payloads
from temporalio.client import Client
from temporalio.service import GrpcCompression

from infra.temporal.codec import stated_owner
from tests.instance import Instance


async def sealed_input(instance: Instance, number: str) -> dict[str, object]:
    """A dispute's input as Temporal stores it, in the form in which its UI asks for it."""
    client = await Client.connect(instance.temporal, namespace="santui", grpc_compression=GrpcCompression.NONE)
    events = (await client.get_workflow_handle(number).fetch_history()).events
    shown: dict[str, object] = MessageToDict(events[0].workflow_execution_started_event_attributes.input)
    return shown


def token(instance: Instance, username: str) -> str:
    form = {"username": username, "password": "santui-demo-2026"}
    answer = httpx2.post(f"{instance.base}/v1/auth/token", data=form, trust_env=False, timeout=60)
    return f"Bearer {answer.json()['access_token']}"


@pytest.fixture(scope="module")
async def sealed(jinhua: Instance) -> dict[str, object]:
    number = jinhua.county.alarm("楼上漏水，两家争吵", place={"address": "白洋街道白洋社区解码路1号"})["dispute_no"]
    return await sealed_input(jinhua, number)


def decode(instance: Instance, payloads: dict[str, object], **headers: str) -> httpx2.Response:
    return httpx2.post(f"{instance.base}/codec/decode", json=payloads, headers=headers, trust_env=False, timeout=60)


def test_a_supervisor_of_the_county_reads_the_input(jinhua: Instance, sealed: dict[str, object]) -> None:
    assert "楼上漏水" not in str(sealed)
    answer = decode(jinhua, sealed, Authorization=token(jinhua, "county-supervisor-1"))
    data = base64.b64decode(answer.json()["payloads"][0]["data"]).decode()
    assert "楼上漏水，两家争吵" in data


def test_the_access_log_says_of_which_dispute(jinhua: Instance, sealed: dict[str, object]) -> None:
    number = stated_owner(ParseDict(sealed, Payloads()).payloads[0])
    assert decode(jinhua, sealed, Authorization=token(jinhua, "county-supervisor-1")).status_code == 200
    noted = jinhua.county.person("county-auditor-1").get("/v1/audit/access", dispute_no=number)["items"]
    assert ("county-supervisor-1", "codec:1") in [(each["username"], each["what"]) for each in noted]


def test_nothing_keeps_what_was_decoded(jinhua: Instance, sealed: dict[str, object]) -> None:
    answers = decode(jinhua, sealed, Authorization=token(jinhua, "county-supervisor-1")), decode(jinhua, sealed)
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 2


def test_nobody_else_does(jinhua: Instance, sealed: dict[str, object]) -> None:
    assert decode(jinhua, sealed).json()["code"] == "not_signed_in"
    assert decode(jinhua, sealed, Authorization=token(jinhua, "baiyang-officer-1")).json()["code"] == "not_entitled"


def test_only_the_ui_s_origin_is_answered_across_origins(jinhua: Instance, sealed: dict[str, object]) -> None:
    ui = f"http://127.0.0.1:{jinhua.environment['SANTUI_TEMPORAL_UI_PORT']}"
    mine = decode(jinhua, sealed, Authorization=token(jinhua, "county-supervisor-1"), Origin=ui)
    assert mine.headers["access-control-allow-origin"] == ui
    foreign = decode(jinhua, sealed, Authorization=token(jinhua, "county-supervisor-1"), Origin="http://example.org")
    assert "access-control-allow-origin" not in foreign.headers
