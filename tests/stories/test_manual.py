"""Manual pages: made of the tree of commands, without a complaint of mandoc's, and read with it."""

import re
import subprocess

import pytest

from tests.support.server import BINARY, REPO, environment_with


def run(*arguments, **environment):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, timeout=60,
                          env=environment_with({"LC_ALL": "C.UTF-8", "MANWIDTH": "100", **environment}))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("man") / "man1"
    written = run(BINARY, "man", "--dir", folder)
    assert written.returncode == 0, written.stderr
    return {path.stem: path for path in folder.iterdir()}


def commands(*words):
    text = run(BINARY, *words, "--help").stdout
    return [name for section in re.split(r"\n(?=\S)", text)[2:] for name in re.findall(r"^  ([a-z]+) {2,}[A-Z]", section, re.M)]


def test_there_is_a_page_for_each_noun_and_each_command(pages):
    assert set(pages) == {"herald", *(f"herald-{name}" for name in commands())}


def test_mandoc_finds_nothing_to_complain_of(pages):
    complaints = run("mandoc", "-Tlint", "-Wwarning", *pages.values())
    assert complaints.returncode == 0 and not complaints.stdout, complaints.stdout


def test_a_page_says_what_the_help_says(pages):
    for noun in ("model", "alias", "events", "serve", "resolve"):
        shown = run("mandoc", "-Tutf8", pages[f"herald-{noun}"]).stdout
        plain = re.sub(r".\x08", "", shown)
        for name in commands(noun):
            assert f"herald {noun} {name}" in plain
            for option in re.findall(r"^  (--[a-z-]+)", run(BINARY, noun, name, "--help").stdout, re.M):
                assert option in plain, f"{option} of {noun} {name}"
    assert "--disk-reserve" in re.sub(r".\x08", "", run("mandoc", "-Tutf8", pages["herald-serve"]).stdout)


def test_the_program_s_page_has_options_environment_and_exit_codes(pages):
    plain = re.sub(r".\x08", "", run("mandoc", "-Tutf8", pages["herald"]).stdout)
    for word in ("--output", "HERALD_TOKEN", "NO_COLOR", "EXIT STATUS", "124"):
        assert word in plain, word


def test_the_exit_codes_are_told_alike(pages):
    """By the help, on the page, and in docs/cli.md."""
    told = run(BINARY, "--help").stdout.split("\nexit codes\n")[1].split("\n\n")[0]
    in_the_help = dict(re.findall(r"^  (\d+) +(\S.*)$", told, re.M))
    assert list(in_the_help) == ["0", "1", "2", "3", "4", "5", "124"]
    status = re.sub(r".\x08", "", run("mandoc", "-Tutf8", pages["herald"]).stdout).split("EXIT STATUS")[1].split("EXAMPLES")[0]
    assert dict(re.findall(r"^\s+(\d+)\s+(\S.*)$", status, re.M)).keys() == in_the_help.keys()
    assert " ".join(in_the_help["2"].split()) in " ".join(status.split())
    documented = (REPO / "docs" / "cli.md").read_text().split("## Exit codes")[1].split("\n## ")[0]
    assert re.findall(r"^\| (\d+) \|", documented, re.M) == list(in_the_help)


def test_json_is_one_word():
    """And is the same wherever it stands."""
    form = run(BINARY, "profile", "list", "--output", "json", HERALD_PROFILES_FILE="/nowhere/config.toml")
    for words in (["profile", "list", "--json"], ["--json", "profile", "list"]):
        assert run(BINARY, *words, HERALD_PROFILES_FILE="/nowhere/config.toml").stdout == form.stdout == "[]\n"


def test_the_same_day_makes_the_same_page():
    one, other = (run(BINARY, "man", "model", SOURCE_DATE_EPOCH="1764000000").stdout for _ in range(2))
    assert one == other and one.splitlines()[0].split()[3] == "2025-11-24"


def test_a_page_that_is_not_there_is_not_found():
    assert run(BINARY, "man", "nonsense").returncode == 3


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    refused = run(BINARY, "man", "--dir", tmp_path / "file")
    assert refused.returncode == 1 and "cannot be written" in refused.stderr
