"""What a stranger would trip over."""

import os
import re
import subprocess

from tests.architecture.arrows import REPO, sources

MOST_LINES = 600
BASE_LINES = 900  # without limits.h, a table that grows with what the rooms can do


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
                         cwd=REPO, check=True, capture_output=True, text=True).stdout
    return [REPO / name for name in out.split("\0") if name and (REPO / name).is_file()]


def relative(path):
    return str(path.relative_to(REPO))


def test_no_file_is_really_two():
    long = [f"{relative(path)} ({lines} lines)" for path in tracked("*.h", "*.cc", "*.py", "*.ts", "*.tsx")
            if (lines := len(path.read_text().splitlines())) > MOST_LINES]
    assert not long, "\n".join(long)


def test_base_stays_small():
    lines = sum(len(path.read_text().splitlines()) for room, path in sources()
                if room == "base" and not path.name.endswith("_test.cc") and path.name != "limits.h")
    assert lines <= BASE_LINES, f"base/ has {lines} lines: the words that all share are at most {BASE_LINES}"


def test_nothing_is_left_for_later():
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    wrong = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        wrong += [f"{relative(path)}:{number}" for number, line in enumerate(text.splitlines(), 1) if mark.search(line)]
    assert not wrong, ", ".join(wrong)


def test_the_repository_names_no_path_of_a_machine():
    # At the start of a path only: DIR/data/ is no path of a machine whose folder is /data.
    home = re.compile(rb"(?<![\w.])" + re.escape(str(REPO).encode()) + rb"(?![\w.-])")
    wrong = [relative(path) for path in tracked() if home.search(path.read_bytes())]
    assert not wrong, ", ".join(wrong)


def test_scripts_can_be_run():
    wrong = [relative(path) for path in (REPO / "script").iterdir()
             if path.is_file() and path.suffix == "" and not os.access(path, os.X_OK)]
    assert not wrong, ", ".join(wrong)


def test_every_event_type_is_in_the_docs():
    types = [name for header in (REPO / "registry" / "events").glob("*.h") for name in re.findall(r'kType = "([^"]+)"', header.read_text())]
    docs = (REPO / "docs" / "events.md").read_text()
    missing = [name for name in types if f"`{name}`" not in docs]
    assert types and not missing, "docs/events.md lacks " + ", ".join(missing)


def test_every_dependency_is_explained():
    docs = (REPO / "docs" / "dependencies.md").read_text()
    script = (REPO / "script" / "bootstrap").read_text()
    packages = re.search(r"packages=\((.*?)\n\)", script, re.S).group(1)
    names = re.sub(r"#[^\n]*", "", packages).split()
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", (REPO / "tests" / "requirements.txt").read_text().split("\n\n")[0], re.M)
    missing = [name for name in [*names, *pinned] if f"`{name}`" not in docs]
    assert names and pinned and not missing, "docs/dependencies.md lacks " + ", ".join(missing)


# What a file that uses the package includes; nothing for what only its build asks for.
INCLUDED_AS = {"libboost1.81-dev": "boost/", "libboost-url1.81-dev": "boost/url", "liblmdb-dev": "lmdb.h", "librdkafka-dev": "librdkafka/",
               "libsimdjson-dev": "simdjson.h", "libssl-dev": "openssl/", "libcurl4-openssl-dev": "curl/", "libcli11-dev": "CLI/",
               "libspdlog-dev": "spdlog/", "libyaml-cpp-dev": "yaml-cpp/", "libutf8proc-dev": "utf8proc.h", "libfmt-dev": "fmt/", "prometheus-cpp-dev": "prometheus/",
               "libcmark-dev": "cmark.h", "zlib1g-dev": None}


def test_every_library_is_used():
    part = (REPO / "docs" / "dependencies.md").read_text().split("## In the product")[1].split("## ")[0]
    packages = re.findall(r"`([a-z0-9.+-]+-dev)`", part)
    assert set(packages) == set(INCLUDED_AS)
    product = "\n".join(path.read_text() for _, path in sources() if not path.name.endswith("_test.cc"))
    unused = [package for package, header in INCLUDED_AS.items() if header and f"#include <{header}" not in product]
    assert not unused, "explained, and included nowhere: " + ", ".join(unused)


def test_links_between_documents_lead_somewhere():
    wrong = []
    for path in tracked("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                wrong.append(f"{relative(path)} -> {target}")
    assert not wrong, "\n".join(wrong)


def test_sources_are_formatted():
    result = subprocess.run(["script/format", "--check"], cwd=REPO, capture_output=True, text=True)
    assert result.returncode == 0, "run script/format: " + " ".join(result.stdout.split()) + result.stderr
