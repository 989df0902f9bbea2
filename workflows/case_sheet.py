"""The case sheet in Temporal's own pages: written when somebody looks, not at every change."""

from __future__ import annotations

from typing import Any

from temporalio import workflow

from domain.case.state import DisputeState
from domain.image.projection import case_sheet

METADATA = "__temporal_workflow_metadata"
"""The SDK's own query by which Temporal's pages ask what a workflow is and where it stands."""


def offer_case_sheet(state: DisputeState) -> None:
    """Has that query answer the sheet as of now, as `workflow.set_current_details` would at every change."""
    answered = workflow.get_query_handler(METADATA)

    def metadata() -> Any:
        told = answered() if answered else None
        if told is not None:
            told.current_details = case_sheet(state)
        return told

    workflow.set_query_handler(METADATA, metadata)
