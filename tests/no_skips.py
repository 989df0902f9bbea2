"""A pytest plugin: where CI is set, a skipped test or an expected failure is a failure.

A test that does not run protects nothing, and in CI nobody reads the list of skips.
"""

import os
from collections.abc import Generator

import pytest

REASON = "skipped or expected to fail, which CI does not accept"


def pytest_configure(config: pytest.Config) -> None:
    """Registers the check where the environment asks for it."""
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        config.pluginmanager.register(NoSkips(), "santui-no-skips")


class NoSkips:
    """Turns every report of a skip into one of a failure."""

    # Outermost: pytest's own skipping plugin has to have spoken before.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A test that skips itself, is marked so, or is expected to fail."""
        report = yield
        refuse(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """A module that skips itself as a whole."""
        report = yield
        refuse(report)
        return report


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Makes a skip a failure; keeps what it said."""
    if report.skipped:
        # With `wasxfail` left on it, the terminal would still call it an expected failure.
        why = report.__dict__.pop("wasxfail", "") or _said(report)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {REASON}: {why}"


def _said(report: pytest.TestReport | pytest.CollectReport) -> str:
    where_and_why = report.longrepr
    return str(where_and_why[2] if isinstance(where_and_why, tuple) else where_and_why).removeprefix("Skipped: ")
