"""`abasto backup` and `abasto restore`: the local state as one file."""

from __future__ import annotations

import os
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from cli.console import next_step, say
from cli.services import locked
from intake.errors import ConflictError, InputError
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
    with locked(home), unfinished.open("wb") as stream:
        unfinished.chmod(0o600)
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
            for path in sorted(home.rglob("*")):
                inside = path.relative_to(home)
                if inside.parts[0] not in _NOT_STATE and _is_file_or_folder(path):
                    archive.add(path, arcname=str(Path(home.name) / inside), recursive=False)
    unfinished.replace(file)
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
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            archive.extractall(unpacked, filter="data")
    except (tarfile.TarError, EOFError, OSError) as broken:
        raise InputError(f"it is no archive of `abasto backup`: {broken}", file=str(file)) from broken
    folders = list(unpacked.iterdir())
    if len(folders) != 1 or not (folders[0] / "connection.json").is_file():
        raise InputError("it is an archive, but not one of `abasto backup`", file=str(file))
    if home.exists():
        if not replace:
            raise ConflictError(
                f"{home} is there already; `abasto restore {file} --replace` sets it aside first"
            )
        with locked(home):
            aside = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
            home.rename(aside)
            say(f"What was there is kept as {aside}.")
    folders[0].rename(home)
    unpacked.rmdir()
    say(f"Restored {home} from {file}.")
    next_step("`abasto up` starts on it, `abasto status` shows what is there.")


def _is_file_or_folder(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
