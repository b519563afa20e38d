"""How the command line talks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli import console
from cli.main import main
from intake.errors import InputError


def test_a_table_shows_every_cell_and_aligns_numbers_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_table("Orders", ["order", "amount"], [["a", 1234.5], ["b", None], ["[red]c", 7.0]])
    title, header, *rows = capsys.readouterr().out.rstrip().splitlines()
    assert title.strip() == "Orders"
    assert header.split() == ["order", "amount"]
    assert [row.split() for row in rows] == [["a", "1,234.50"], ["b"], ["[red]c", "7.00"]]
    assert len({len(row.rstrip()) for row in (rows[0], rows[2])}) == 1, "both end in the same column"


@pytest.mark.parametrize("speak", [console.say, console.progress, console.next_step, console.headline])
def test_brackets_are_printed_and_not_taken_for_colours(
    speak: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(speak)
    speak("see [bold]x[/bold] in ^[a-z0-9]$")
    assert "see [bold]x[/bold] in ^[a-z0-9]$" in capsys.readouterr().out


@pytest.mark.parametrize("speak", [console.say, console.progress, console.next_step])
def test_a_sentence_stays_on_its_line_however_long(speak: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(speak)
    speak("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1


def test_an_error_is_one_line_on_the_error_stream_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "it is not of the form ^[a-z0-9][a-z]$; " + "rename it " * 30

    def fail() -> None:
        raise InputError(sentence.strip())

    monkeypatch.setattr("cli.main.app", fail)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"Error: {sentence.strip()}\n"


def test_ctrl_c_says_so_and_ends_with_the_status_of_a_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.main.app", interrupted)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "Stopped.\n")


def test_up_imports_prefect_only_once_the_servers_are_known() -> None:
    """Prefect reads where its server is when it is imported; too early, it starts a temporary one."""
    code = "import sys, cli.up, cli.demo, cli.run; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_needs_none_of_the_heavy_packages() -> None:
    """Every command imports what it needs when it runs: `abasto --help` answers at once."""
    code = (
        "import sys, cli.main; heavy = {'prefect', 'sklearn', 'pandas', 'minio'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
