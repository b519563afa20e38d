"""`abasto backup` and `abasto restore`: the local state as one file."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cli.console import next_step, say
from cli.locks import make_private
from cli.services import locked
from intake.errors import ConflictError, InputError, ServiceError
from storage.connection import CONNECTION_FILE
from storage.settings import Settings

_NOT_STATE = {"logs", "lock"}


def write_backup(file: Path) -> None:
    """Pack the home folder, keys included, into `file`, readable by its owner alone.

    Raises ConflictError while another command works on it and where the file is there already.
    """
    home = Settings.load().home
    if not home.is_dir():
        raise InputError(
            f"there is nothing to back up: {home} does not exist; run `abasto demo` or `abasto up`"
        )
    if file.exists():
        raise ConflictError(f"{file} is there already; choose another name")
    unfinished = file.with_name(f".{file.name}.unfinished")
    with locked(home):
        state = [path for path in sorted(home.rglob("*")) if _is_state(path, home)]
        try:
            with unfinished.open("wb") as stream:
                unfinished.chmod(0o600)
                with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
                    for path in state:
                        archive.add(
                            path, arcname=str(Path(home.name) / path.relative_to(home)), recursive=False
                        )
            unfinished.replace(file)
        except OSError as unwritable:
            raise ServiceError(
                f"{file} cannot be written: {unwritable.strerror}; choose another place"
            ) from unwritable
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
    say(f"Packed {home} into {file} ({file.stat().st_size / 1e6:,.1f} MB).")
    say("It holds keys and passwords: keep it private.")
    next_step(f"`abasto restore {file}` on this or another machine brings it back.")


def read_backup(file: Path, *, replace: bool) -> None:
    """Unpack an archive of `write_backup` as the home folder.

    What is there is set aside beside it with `replace`, and a ConflictError without. Raises InputError where
    the file is no such archive.
    """
    home = Settings.load().home
    unpacked = home.with_name(f"{home.name}.restoring-{os.getpid()}")
    if home.exists() and not replace:
        raise ConflictError(f"{home} is there already; `abasto restore {file} --replace` sets it aside first")
    try:
        state = _unpacked(file, unpacked)
        if home.exists():
            with locked(home):
                aside = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
                _move(home, aside, file)
                say(f"What was there is kept as {aside}.")
        _move(state, home, file)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    say(f"Restored {home} from {file}.")
    next_step("`abasto up` starts on it, `abasto status` shows what is there.")


def _move(folder: Path, to: Path, file: Path) -> None:
    """Rename a folder; ConflictError where a command that started this moment has made the other one."""
    try:
        folder.rename(to)
    except OSError as in_the_way:
        if not to.exists():
            raise ServiceError(f"{to} cannot be made: {in_the_way.strerror}") from in_the_way
        raise ConflictError(
            f"another command has made {to} this moment: stop it, then run `abasto restore {file} --replace`"
        ) from in_the_way


def _is_state(path: Path, home: Path) -> bool:
    """Whether a path belongs into a backup; sockets and links do not."""
    mode = path.lstat().st_mode
    is_file_or_folder = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return path.relative_to(home).parts[0] not in _NOT_STATE and is_file_or_folder


def _unpacked(file: Path, into: Path) -> Path:
    """The home folder of an archive, unpacked below `into` and open to its owner alone."""
    try:
        make_private(into)
    except OSError as unwritable:
        raise ServiceError(
            f"{into} cannot be made: {unwritable.strerror}; set ABASTO_HOME to a folder of yours"
        ) from unwritable
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            archive.extractall(into, filter="data")
    except (tarfile.TarError, EOFError, OSError) as broken:
        raise InputError(f"it is no archive of `abasto backup`: {broken}", file=str(file)) from broken
    folders = list(into.iterdir())
    if len(folders) != 1 or not (folders[0] / CONNECTION_FILE).is_file():
        raise InputError("it is an archive, but not one of `abasto backup`", file=str(file))
    folders[0].chmod(0o700)
    return folders[0]
