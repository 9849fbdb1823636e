"""Git as far as cassettes need it: what a file was, which files changed, and the drivers that show and join them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_dynamodb.cassette.store import SUFFIX
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.files import replace

DRIVER = "dynamodb-cassette"
"""What the drivers are called in ``.gitattributes`` and in git's configuration."""

ATTRIBUTES = f"*{SUFFIX} -text diff={DRIVER} merge={DRIVER}"
IGNORED = {
    f"*{SUFFIX}.failed": f"x{SUFFIX}.failed",
    f"*{SUFFIX}.unsaved": f"x{SUFFIX}.unsaved",
    f".*{SUFFIX}.*.journal": f".x{SUFFIX}.1.journal",
    f".*{SUFFIX}.*.tmp": f".x{SUFFIX}.1.tmp",
    ".dynamodb-cassette.lock": ".dynamodb-cassette.lock",
}
"""Patterns of what lies beside cassettes and is not committed, each with a file of that kind."""


class Repository:
    """The git repository that a folder is in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository that ``folder`` is in; ``None`` if it is in none, or git is not installed."""
        try:
            root = _git(folder, "rev-parse", "--show-toplevel")
        except (ConfigurationError, OSError):
            return None
        return cls(Path(os.fsdecode(root).rstrip("\n")))

    def run(self, *arguments: str, ok: Sequence[int] = (0,)) -> bytes:
        """What git prints. Raises ``ConfigurationError`` if it ends with another status than those in ``ok``."""
        return _git(self.root, *arguments, ok=ok)

    def name(self, path: Path) -> str:
        """A path as git names it. Raises ``ConfigurationError`` for one outside."""
        try:
            return Path(os.path.realpath(path)).relative_to(os.path.realpath(self.root)).as_posix()
        except ValueError:
            raise ConfigurationError(f"{path} is not in the git repository {self.root}") from None

    def blob(self, revision: str, path: Path) -> bytes | None:
        """A file's bytes as of a revision, such as ``HEAD``, or of a stage, such as ``:2``; ``None`` if it had none."""
        spec = f"{revision}:{self.name(path)}"
        found = self.run("ls-files", "--stage", "-z", "--", self.name(path)) if revision.startswith(":") else b""
        if revision.startswith(":"):
            stage = revision[1:]
            if not any(entry.split(b"\t")[0].endswith(f" {stage}".encode()) for entry in found.split(b"\0") if entry):
                return None
        elif not self._exists(spec):
            return None
        return self.run("cat-file", "blob", spec)

    def _exists(self, spec: str) -> bool:
        return _status(self.root, "cat-file", "-e", spec) == 0

    def changed(self, revision: str, paths: Sequence[Path]) -> list[Path]:
        """Cassettes below ``paths`` that are not as they were in a revision, new ones too, sorted by their names."""
        names = [f":(top,literal){self.name(path)}" for path in paths]
        diff = self.run("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", revision, "--", *names)
        new = self.run("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", *names)
        found = {os.fsdecode(name) for name in (diff + new).split(b"\0") if name}
        return [self.root / name for name in sorted(found) if name.endswith(SUFFIX)]


def _git(folder: Path, *arguments: str, ok: Sequence[int] = (0,)) -> bytes:
    done = _run(folder, *arguments)
    if done.returncode not in ok:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ConfigurationError(f"git {' '.join(arguments)} in {folder}: {said or f'status {done.returncode}'}")
    return done.stdout


def _status(folder: Path, *arguments: str) -> int:
    return _run(folder, *arguments).returncode


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise ConfigurationError("git is not installed, or not on the PATH")
    # Arguments of our own and names of files, after `--` or with a magic word before them; no shell.
    return subprocess.run(  # noqa: S603 - git, asked for by name
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        capture_output=True,
        check=False,
    )


# --- drivers ---


@dataclass(frozen=True, slots=True)
class GitSetting:
    """One thing that git has to know: where it stands, what is to stand there, and whether it does."""

    place: str
    text: str
    is_there: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def program() -> str:
    """The shell command that starts this program from any folder, whatever environment is active there.

    Not ``python -m``: that would import modules from the folder it is started in, which is the repository's.
    """
    script = Path(sys.executable).with_name("pytest-dynamodb.exe" if os.name == "nt" else "pytest-dynamodb")
    if script.is_file():
        return shlex.quote(str(script))
    code = "import sys; sys.path[:1] = []; from pytest_dynamodb.cli import main; main(prog_name='pytest-dynamodb')"
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def drivers() -> dict[str, str]:
    """The entries of git's configuration."""
    return {
        f"diff.{DRIVER}.textconv": f"{program()} show --text",
        f"diff.{DRIVER}.xfuncname": "^([A-Z][A-Za-z]+( on .*)?)$",
        f"merge.{DRIVER}.name": "DynamoDB cassettes by meaning",
        f"merge.{DRIVER}.driver": f"{program()} merge %O %A %B --path %P",
        f"merge.{DRIVER}.recursive": "binary",
    }


def settings(repository: Repository) -> list[GitSetting]:
    """What git has to know, and whether it does."""
    return [*_attributes(repository), *_ignored(repository), *_drivers(repository)]


def _attributes(repository: Repository) -> Iterator[GitSetting]:
    said = repository.run("check-attr", "-z", "diff", "merge", "text", "--", f"x{SUFFIX}").split(b"\0")
    values = dict(zip(said[1::3], said[2::3], strict=False))
    wanted = {b"diff": DRIVER.encode(), b"merge": DRIVER.encode(), b"text": b"unset"}
    yield GitSetting(".gitattributes", ATTRIBUTES, all(values.get(name) == value for name, value in wanted.items()))


def _ignored(repository: Repository) -> Iterator[GitSetting]:
    for pattern, example in IGNORED.items():
        found = _status(repository.root, "check-ignore", "--quiet", "--no-index", "--", example)
        yield GitSetting(".gitignore", pattern, found == 0)


def _drivers(repository: Repository) -> Iterator[GitSetting]:
    for name, value in drivers().items():
        now = os.fsdecode(repository.run("config", "--local", "--get", name, ok=(0, 1))).rstrip("\n")
        yield GitSetting(f"git config {name}", value, now == value)


def set_up(repository: Repository) -> list[GitSetting]:
    """Tell git what it does not know yet; what was missing. Nothing that stands in a file already is changed."""
    missing = [setting for setting in settings(repository) if not setting.is_there]
    for name in (".gitattributes", ".gitignore"):
        lines = [setting.text for setting in missing if setting.place == name]
        if lines:
            _append(repository.root / name, [_COMMENTS[name], *lines])
    for setting in missing:
        if setting.place.startswith("git config "):
            repository.run("config", "--local", setting.place.removeprefix("git config "), setting.text)
    return missing


_COMMENTS = {
    ".gitattributes": "# DynamoDB cassettes: shown as text and joined by meaning, after `pytest-dynamodb git-setup`",
    ".gitignore": "# what recordings of DynamoDB leave beside cassettes while they run, or when their test fails",
}


def _append(path: Path, lines: Sequence[str]) -> None:
    before = path.read_text("utf-8") if path.exists() else ""
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    replace(path, (before + gap + "\n".join(lines) + "\n").encode())


def take_out(repository: Repository) -> list[str]:
    """Remove the drivers from git's configuration; the sections that were there. Files are left as they are."""
    sections = [f"diff.{DRIVER}", f"merge.{DRIVER}"]
    return [
        section
        for section in sections
        if _status(repository.root, "config", "--local", "--remove-section", section) == 0
    ]
