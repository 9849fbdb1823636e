"""The TypeScript example: replayed, recorded and mocked through `serve`, by many workers at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "typescript"
WORKERS, TESTS_OF_A_WORKER = 8, 25
UNTIMED = "--testTimeout=600000"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("DYNAMODB_", "PYTEST_DYNAMODB_"))},
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "NODE_NO_WARNINGS": "1",
    "NO_COLOR": "1",
}

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="Node and npm are not installed"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with what it needs."""
    folder = tmp_path_factory.mktemp("typescript") / "shop"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules", "*.failed"))
    command = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install what the example needs: {done.stderr.strip()[-300:]}")
    return folder


@pytest.fixture
def example(installed: Path) -> Path:
    """The copy with nothing of other tests in it."""
    for name in ("cassettes", "test"):
        shutil.rmtree(installed / name)
        shutil.copytree(SOURCE / name, installed / name, ignore=shutil.ignore_patterns("*.failed"))
    return installed


def run(folder: Path, *command: str, status: int = 0, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) == bool(status), done.stdout + done.stderr
    return done.stdout + done.stderr


def recordings(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.ddb.msgpack")}


def test_its_types_are_right_and_its_tests_replay(example: Path) -> None:
    before = recordings(example)
    run(example, "npm", "run", "--silent", "check")
    assert "13 passed" in run(example, "npm", "test", "--silent")
    assert recordings(example) == before
    assert len(before) == 4


def test_it_is_recorded_from_nothing_and_replayed(example: Path) -> None:
    shutil.rmtree(example / "cassettes")
    assert "nothing is recorded yet" in run(example, "npm", "test", "--silent", status=1)
    assert "13 passed" in run(example, "npm", "run", "--silent", "record")
    assert recordings(example).keys() == recordings(SOURCE).keys()
    assert "13 passed" in run(example, "npm", "test", "--silent")


def test_a_miss_that_the_code_swallows_fails_the_test(example: Path) -> None:
    (example / "test" / "swallows.test.ts").write_text(
        textwrap.dedent(
            """
            import { Client } from "../src/table.ts";
            import { Shop } from "../src/shop.ts";
            import { useCassette } from "./dynamodb.ts";

            const test = useCassette();
            test("asks", async ({ dynamodb }) => {
              await new Shop(new Client(dynamodb.config)).user("nobody").catch(() => undefined);
            });
            """
        )
    )
    assert "GetItem on Shop" in run(example, "npx", "vitest", "run", UNTIMED, "test/swallows.test.ts", status=1)


def test_a_failing_test_records_nothing(example: Path) -> None:
    (example / "test" / "fails.test.ts").write_text(
        textwrap.dedent(
            """
            import { expect } from "vitest";
            import { Client } from "../src/table.ts";
            import { Shop } from "../src/shop.ts";
            import { useCassette } from "./dynamodb.ts";

            const test = useCassette({ mode: "once" });
            test("fails", async ({ dynamodb }) => {
              expect(await new Shop(new Client(dynamodb.config)).user("nobody")).toBeDefined();
            });
            """
        )
    )
    run(example, "npx", "vitest", "run", UNTIMED, "test/fails.test.ts", status=1)
    assert [path.name for path in (example / "cassettes" / "test" / "fails").iterdir()] == ["fails.ddb.msgpack.failed"]


def test_many_workers_at_one_server_do_not_see_each_other(example: Path) -> None:
    source = textwrap.dedent(
        """
        import { expect } from "vitest";
        import { Client } from "../src/table.ts";
        import { Shop, User } from "../src/shop.ts";
        import { mock, useCassette } from "./dynamodb.ts";

        const mocked = mock(), recorded = useCassette({ mode: "once" });
        for (let number = 0; number < TESTS; number++) {
          const test = number % 5 ? mocked : recorded;
          test.concurrent(`test ${number}`, async ({ dynamodb }) => {
            const name = `worker WORKER, test ${number}`, client = new Client(dynamodb.config), shop = new Shop(client);
            await shop.register("ada", name, "ada@example.com");
            await shop.deliver("tea", number + 1);
            await shop.order("ada", "1", "tea", number + 1, new Date(0));
            expect(await shop.left("tea")).toEqual([0]);
            expect((await shop.user("ada"))?.name).toBe(name);
            expect(await shop.ordersOf("ada")).toHaveLength(1);
          });
        }
        """
    ).replace("TESTS", str(TESTS_OF_A_WORKER))
    for path in (example / "test").glob("*.test.ts"):
        path.unlink()
    for worker in range(WORKERS):
        (example / "test" / f"worker{worker}.test.ts").write_text(source.replace("WORKER", str(worker)))
    for _ in ("recorded", "replayed"):
        printed = run(example, "npx", "vitest", "run", f"--maxWorkers={WORKERS}", UNTIMED)
        assert f"{WORKERS * TESTS_OF_A_WORKER} passed" in printed, printed
    made = list((example / "cassettes" / "test").glob("worker*/*.ddb.msgpack"))
    assert len(made) == WORKERS * (TESTS_OF_A_WORKER // 5)


def test_without_the_server_s_token_no_test_begins(example: Path) -> None:
    """The server of the example starts first; then its address is given to workers with another token."""
    config = (example / "test" / "server.ts").read_text()
    (example / "test" / "server.ts").write_text(
        config.replace("process.env.DYNAMODB_TOKEN = token;", 'process.env.DYNAMODB_TOKEN = "another token";')
    )
    printed = run(example, "npx", "vitest", "run", UNTIMED, "test/mock.test.ts", status=1)
    assert "9 failed" in printed
    assert "send the token that serve printed" in printed


def test_the_helper_is_short() -> None:
    assert len((SOURCE / "test" / "dynamodb.ts").read_text(encoding="utf-8").splitlines()) <= 150
