"""What hostile files cost `abasto inspect`: processor seconds and memory of each, in a process of its own.

  python -m benchmarks.hostile_files [--only WORD]

Makes the files one by one in a temporary folder, inspects each as a person would, and prints the size, the
time, the memory at the peak and the answer. Exit status 1 where one took more than a minute or 6 GB, or was
answered with anything but an account of it or a refusal.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from benchmarks.text_tables import text_table

ROOT = Path(__file__).parent.parent
_MOST_SECONDS = 60
_MOST_MB = 6 << 10
_MB = 1 << 20
_GOOD = b"Fecha;Producto;Ventas\n" + b"".join(b"2024-01-%02d;pan;%d\n" % (day, day) for day in range(1, 29))
_RUNS = (
    "1",
    " ",
    "a",
    "1 ",
    "1'",
    "1,",
    "1.",
    "-",
    "(",
    "a ",
    "1-",
    "1/",
    ":",
    "%",
    "€",
    "T",
    "1a",
    "\u0301",
    "１",
)


def _in_a_zip(content: bytes, name: str) -> bytes:
    sys.path.insert(0, str(ROOT / "tests/unit/intake"))  # as the files there import each other
    from workbooks import zipped

    return zipped({name: content})


def _nested() -> bytes:
    content, name = _GOOD, "ventas.csv"
    for depth in range(50):
        content, name = _in_a_zip(content, name), f"{depth}.zip"
    return content


def _runs_in(column: int) -> bytes:
    """A long run of one sign or another in a cell of some lines."""
    lines = [b"Fecha;Producto;Ventas"]
    for day in range(1, 29):
        for run in _RUNS:
            cells = [f"2024-01-{day:02d}", "pan" + run[:1], "5"]
            if day in (1, 14):  # where the header is looked for, and further down
                cells[column] = "1" + (run * 30_000)[:30_000] + "x"
            lines.append(";".join(cells).encode())
    return b"\n".join(lines)


def _wide(columns: int, rows: int) -> bytes:
    head = ";".join(["Fecha", "Ventas", *(f"x{i}" for i in range(columns - 2))])
    body = "".join(
        f"2024-01-{row:02d};{row};" + ";".join(["1"] * (columns - 2)) + "\n" for row in range(1, rows + 1)
    )
    return f"{head}\n{body}".encode()


def _tricks() -> bytes:
    products = [
        "pan",
        "p\u200ban",
        "\u202enap",
        "pa\u0301n",
        "pán",
        "ｐａｎ",
        "\u2066pan\u2069",
        "=cmd|' /C calc'!A0",
    ]
    lines = ["\u202eFecha;Producto;Ventas"]
    lines += [f"2024-01-{day:02d};{name};{day}" for day in range(1, 20) for name in products]
    return "\n".join([*lines, "2024-01-20;pan;٣٤", "2024-01-21;pan;１２"]).encode()


CASES: dict[str, Callable[[], bytes | int]] = {
    "2 GB of one line.csv": lambda: 2 << 30,
    "900 MB of NUL.csv": lambda: 900 * _MB,
    "900 MB of one line.csv": lambda: b"7" * (900 * _MB),
    "100 MB behind a quote.csv": lambda: _GOOD + b'2024-02-01;"pan;3\n' + b"2024-02-02;pan;3\n" * (6 * _MB),
    "a quote in every line.csv": lambda: _GOOD + b'2024-02-01;"pan;3\n' * 300_000,
    "10 million blank lines.csv": lambda: _GOOD + b"\n" * 10_000_000,
    "10 million lines of semicolons.csv": lambda: _GOOD + b";;\n" * 10_000_000,
    "10 million lines of one sign.csv": lambda: _GOOD + b"x\n" * 10_000_000,
    "a million columns.csv": lambda: _wide(1_000_000, 1),
    "100,000 headers.csv": lambda: _wide(100_000, 3),
    "16,384 columns.csv": lambda: _wide(16_384, 20),
    "a cell of 1 MB.csv": lambda: _GOOD + b"2024-02-01;" + b"p" * (_MB - 100) + b";3\n",
    "a million cells of their own.csv": lambda: (
        b"Fecha;Producto;Ventas\n"
        + b"".join(b"2024-01-%02d;%x;%d\n" % (i % 28 + 1, i * 7919, i) for i in range(1_000_000))
    ),
    "long runs for dates.csv": lambda: _runs_in(0),
    "long runs for names.csv": lambda: _runs_in(1),
    "long runs for numbers.csv": lambda: _runs_in(2),
    "long runs for headers.csv": lambda: ";".join(run * 30_000 for run in _RUNS).encode() + b"\n" + _GOOD,
    "NUL bytes.csv": lambda: _GOOD + b"2024-02-01;p\0n;3\n",
    "tricks of writing.csv": _tricks,
    "a GZ in a GZ.csv.gz": lambda: gzip.compress(gzip.compress(_GOOD)),
    "fifty ZIPs in each other.zip": _nested,
    "a name that climbs.zip": lambda: _in_a_zip(_GOOD, "../../../etc/ventas.csv"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hostile_files",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", help="files with this in their name")
    only = parser.parse_args().only
    rows: list[tuple[object, ...]] = [("file", "MB", "seconds", "peak MB", "answer")]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (CASES | _archives()).items():
            if only in name:
                row = _inspect(_written(Path(folder, name), make))
                bad += row[2] > _MOST_SECONDS or row[3] > _MOST_MB or "Traceback" in row[4]
                rows.append((row[0], f"{row[1]:.1f}", f"{row[2]:.1f}", row[3], row[4]))
                print(*rows[-1], sep=" | ", flush=True)
    print(text_table(rows))
    return 1 if bad else 0


def _archives() -> dict[str, Callable[[], bytes]]:
    """The small files that grow, which the tests have too."""
    sys.path.insert(0, str(ROOT / "tests/unit/intake"))
    from hostile_files import HOSTILE

    return dict(HOSTILE)


def _written(path: Path, make: Callable[[], bytes | int]) -> Path:
    """The file, made in another process: the memory that this one once had would count for the next."""

    def write() -> None:
        content = make()
        if isinstance(content, int):
            path.touch()
            os.truncate(path, content)  # a hole: it takes no place on the disk
        else:
            path.write_bytes(content)

    process = multiprocessing.get_context("fork").Process(target=write)
    process.start()
    process.join()
    return path


def _inspect(path: Path) -> tuple[str, float, float, int, str]:
    size = path.stat().st_size / _MB
    program = "import sys; from cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "inspect", str(path), "--as", "sales"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    kill = threading.Timer(20 * _MOST_SECONDS, process.kill)
    kill.start()
    assert process.stdout is not None
    said = process.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    kill.cancel()
    path.unlink()
    answer = " ".join(said.replace(str(path), path.name).split())
    if os.WIFSIGNALED(status) or "Traceback" in said:
        answer = f"Traceback or killed: {answer[-200:]}"
    return path.name, size, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, answer[:160]


if __name__ == "__main__":
    sys.exit(main())
