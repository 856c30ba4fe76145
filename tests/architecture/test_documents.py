"""What whoever comes next is promised to find in the documents, and that what they name is there."""

import json
import re
import subprocess

import pytest

from tests.architecture.arrows import MAY_INCLUDE, REPO, is_for_tests, sources


def text(name):
    return (REPO / name).read_text()


def section(name, title):
    """Below a heading that begins with `title`, up to the next of its level."""
    found = re.search(rf"^## {re.escape(title)}.*?\n(.*?)(?=^## |\Z)", text(name), re.M | re.S)
    assert found, f"{name} has no section {title!r}"
    return found.group(1)


def table(part):
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return [row for row in rows[1:] if not set("".join(row)) <= set("-: ")]


# ---- README ----


def test_the_readme_says_what_it_is_and_for_whom():
    before = text("README.md").split("## ")[0]
    assert "model registry" in before and re.search(r"^\*\*For\*\* .*engineers", before, re.M)


def test_the_readme_s_first_commands_are_the_two():
    first = re.search(r"```\n(.*?)```", text("README.md"), re.S).group(1)
    assert [line.split()[0] for line in first.splitlines()] == ["script/demo", "script/test"]


def test_the_readme_draws_the_flow():
    picture = section("README.md", "How it flows")
    for part in ("door", "recorder", "LOG", "views", "Kafka", "automations", "webhook", "Slack", "Teams"):
        assert part in picture, part


def test_the_readme_leads_to_every_document_for_users():
    linked = re.findall(r"\]\((docs/[\w-]+\.md)\)", text("README.md"))
    there = {str(path.relative_to(REPO)) for path in (REPO / "docs").glob("*.md")}
    assert there == set(linked), there ^ set(linked)


# ---- ARCHITECTURE ----


def test_the_life_of_an_event_names_files_and_functions_that_are_there():
    steps = table(section("ARCHITECTURE.md", "The life of one event"))
    assert len(steps) >= 14
    for number, _, files, functions in steps:
        sources = [text(name) for name in re.findall(r"`([^`]+)`", files)]
        assert sources, f"step {number} names no file"
        for function in re.findall(r"`([^`]+)`", functions):
            defined = re.compile(rf"^[^/\n]*\b{function}\([^;\n]*(\{{|,|\()$", re.M)
            assert any(defined.search(source) for source in sources), f"step {number}: {function} is not in {files}"


def test_every_room_has_its_place_and_its_page():
    drawn = section("ARCHITECTURE.md", "Rooms")
    for room in MAY_INCLUDE:
        assert re.search(rf"\b{room}\b", drawn), f"ARCHITECTURE.md draws no {room}"
        page = text(f"{room}/README.md")
        assert page.startswith(f"# {room}: ") and len(page.splitlines()) <= 60, f"{room}/README.md"


A_THREAD = re.compile(r"std::j?thread>? \w+;|asio::thread_pool \w+;|std::async\(")
FOLLOWERS_THREAD = re.compile(r"(\w+_thread) =\s+std::make_unique<recorder::FollowerThread>")


def threads_of_the_server():
    """The files that make one, as often as they do; of the followers, the name in server/assembly.cc."""
    yield from FOLLOWERS_THREAD.findall(text("server/assembly.cc"))
    for room, path in sources():
        file = str(path.relative_to(REPO))
        if room != "cli" and file != "recorder/follower.cc" and not is_for_tests(file):
            yield from [file] * len(A_THREAD.findall(path.read_text()))


def test_every_thread_is_listed_with_what_it_waits_on():
    rows = table(section("ARCHITECTURE.md", "Threads"))
    assert all(len(row) == 4 and all(row) for row in rows)
    assert sorted(row[1].strip("`") for row in rows) == sorted(threads_of_the_server())


def test_the_stop_order_is_the_one_of_the_code():
    """As server/assembly.cc stops: each part of the sentence behind the one before it."""
    part = " ".join(section("ARCHITECTURE.md", "Threads").split())
    said = part[part.index("stop from the top down"):]
    code = text("server/assembly.cc")
    code = code[code.index("void Assembly::stop()"):]
    order = [("no new connections", "http->stop"), ("usage;", "usage->stop"), ("publisher;", "publisher->stop"), ("sweeper,", "sweeper_thread->stop"),
             ("deliveries,", "dispatcher_thread->stop"), ("engine;", "engine_thread->stop"), ("projector;", "projector_thread->stop"), ("recorder;", "recorder->stop"),
             ("work;", "work->stop"), ("marked clean", "close_clean")]
    for which, where in ((0, said), (1, code)):
        places = [where.find(pair[which]) for pair in order]
        assert -1 not in places and places == sorted(places), list(zip(order, places))
    stopped = {part.removesuffix("_thread") for part in re.findall(r"parts_->(\w+)->stop", code)}
    assert stopped == {pair[1].split("->")[0].removesuffix("_thread") for pair in order[:-1]}, "a part is missing here"


def test_the_failure_table_says_who_notices_what_is_seen_and_what_recovers():
    rows = table(section("ARCHITECTURE.md", "When something fails"))
    assert len(rows) >= 12
    assert all(len(row) == 4 and all(row) for row in rows)


def test_limits_and_the_reading_order_are_there():
    assert "docs/limits.md" in section("ARCHITECTURE.md", "Limits")
    named = re.findall(r"`([^`]+\.(?:h|cc))`", section("ARCHITECTURE.md", "Five files to read first"))
    assert len(named) >= 5
    missing = [name for name in named if not (REPO / name).exists()]
    assert not missing, missing


def test_every_decision_is_linked_and_has_its_parts():
    for path in sorted((REPO / "docs" / "adr").glob("*.md")):
        assert f"docs/adr/{path.name}" in text("ARCHITECTURE.md"), f"ARCHITECTURE.md does not lead to {path.name}"
        for part in ("**Decision.**", "**Reason.**", "**Cost.**", "**We would change our mind**"):
            assert part in path.read_text(), f"{path.name} lacks {part}"


# ---- CONTRIBUTING, CHANGELOG, docs/ ----


def test_the_event_that_the_page_shows_is_like_a_recorded_one():
    shown = json.loads(re.search(r"```json\n(.*?)```", text("docs/events.md"), re.S).group(1))
    golden = json.loads(text("registry/golden/alias.assigned.json"))
    assert list(shown) == [name for name in golden if name in shown]
    assert set(golden) - set(shown) <= {"causationid", "traceparent"}
    assert set(golden["data"]) <= set(shown["data"]) and set(shown["data"]) - set(golden["data"]) <= {"from"}


def test_contributing_says_how_to_build_and_test_and_what_it_takes():
    for command in ("script/bootstrap", "cmake --preset release", "script/test", "script/format", "script/bench"):
        assert command in text("CONTRIBUTING.md")
    rows = table(section("CONTRIBUTING.md", "How long it takes"))
    assert any("release build" in row[0] for row in rows)
    assert all(len(row) == 4 and re.search(r"\d", row[1]) and "`" in row[3] for row in rows), rows


def test_the_changelog_has_its_three_parts():
    assert re.findall(r"^### (.+)$", text("CHANGELOG.md"), re.M)[:3] == ["Safety", "Features", "Internals"]


@pytest.mark.parametrize("page", ["concepts", "http", "cli", "configuration", "operations", "events"])
def test_there_is_a_page_on(page):
    assert len(text(f"docs/{page}.md").splitlines()) > 30


def test_every_metric_is_on_the_page_and_no_other():
    made = set(re.findall(r'"(herald_\w+)"', text("api/metrics.cc")))
    assert made and set(re.findall(r"`(herald_\w+)`", text("docs/operations.md"))) == made
    elsewhere = {name for page in (REPO / "docs").glob("*.md") for name in re.findall(r"`(herald_\w+)`", page.read_text())}
    assert elsewhere <= made, elsewhere - made


def test_every_follower_is_named_with_its_metric():
    listed = re.search(r"\.followers = \{(.*?)\}\}", text("server/assembly.cc"), re.S).group(1)
    headers = "".join(path.read_text() for path in (REPO / "automations").glob("*.h"))
    names = re.findall(r'\{"(\w+)"', listed)
    names += [re.search(rf'\b{name} = "(\w+)"', headers).group(1) for name in re.findall(r"::(k\w+)", listed)]
    assert len(names) == len(FOLLOWERS_THREAD.findall(text("server/assembly.cc")))
    row, = (row for row in table(section("docs/operations.md", "Metrics")) if row[0] == "`herald_follower_lag`")
    assert re.search(r"\((.*)\)", row[1]).group(1).split(", ") == names


def test_the_pages_name_files_that_are_there():
    """What stands in backticks and looks like a file of ours."""
    wrong = []
    rooms = "|".join(MAY_INCLUDE)
    tracked = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=REPO, check=True,
                             capture_output=True, text=True).stdout.splitlines()
    for page in tracked:
        for name in re.findall(rf"`((?:{rooms}|tests|script|docs|cmake|bench)/[\w./-]*)`", text(page)):
            if not (REPO / name).exists():
                wrong.append(f"{page}: {name}")
    assert not wrong, "\n".join(wrong)


def test_the_fail_points_of_the_rooms_pages_are_there():
    for room in MAY_INCLUDE:
        code = "".join(path.read_text() for path in (REPO / room).glob("**/*.cc"))
        named = re.findall(r"`([a-z]+\.[a-z]+_[a-z_]+)`", text(f"{room}/README.md"))
        assert not [name for name in named if f'"{name}"' not in code], f"{room}/README.md"


def test_the_rooms_pages_name_headers_that_are_there():
    wrong = [f"{room}/README.md: {name}" for room in MAY_INCLUDE for name in re.findall(r"`([\w./-]+\.(?:h|cc))`", text(f"{room}/README.md"))
             if not (REPO / room / name).exists() and not (REPO / name).exists()]
    assert not wrong, "\n".join(wrong)
