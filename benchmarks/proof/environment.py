"""The machine and the versions that a run's figures are of."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from benchmarks.proof.endpoints import Server

PACKAGES = ("pytest-dynamodb-cassette", "boto3", "botocore", "pytest", "moto", "vcrpy", "cassetter", "placebo")
SERVER_PACKAGES = ("uvicorn", "httptools", "uvloop")


def machine() -> dict[str, str]:
    """What it is, and how busy it was before anything was measured."""
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before": f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "not told",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def versions(servers: Iterable[Server]) -> dict[str, str]:
    """Of packages that are installed, of programs that were run."""
    told = {}
    for name in (*PACKAGES, *SERVER_PACKAGES):
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            continue
    told |= {server.name: server.version() for server in servers if server.name not in ("serve", "moto's server")}
    for name, line in (("Node.js", ["node", "--version"]), ("Java", ["java", "--version"])):
        if {"Node.js": "dynalite", "Java": "DynamoDB Local"}[name] in told:
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            told[name] = done.stdout.splitlines()[0].removeprefix("v")
    return told
