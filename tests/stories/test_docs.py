"""docs/http.md, docs/cli.md and docs/configuration.md against what the server and the binary say of themselves; and every
example of theirs as it stands."""

import re
import subprocess

import pytest

from tests.support.server import BINARY, REPO, environment_with

HTTP = (REPO / "docs" / "http.md").read_text()
CLI = (REPO / "docs" / "cli.md").read_text()
CONFIGURATION = (REPO / "docs" / "configuration.md").read_text()
OF_A_REGISTRY = "/v1/registries/{registry}/"   # the same as below /v1/models, as the page says once


@pytest.fixture(scope="module")
def description(herald_of_the_module):
    return herald_of_the_module.start().get("/openapi.json")


def test_every_route_is_on_the_page(description):
    missing = []
    for path in description["paths"]:
        if path.startswith(OF_A_REGISTRY):
            continue
        spelled = re.sub(r"\\\{\w+\\\}", r"""[^\\s/"`']+""", re.escape(path))
        if not re.search(rf"{spelled}(?![\w/:-])", HTTP):
            missing.append(path)
    assert not missing, "docs/http.md lacks " + ", ".join(missing)


def test_every_parameter_is_on_the_page(description):
    names = {parameter["name"] for path in description["paths"].values() for operation in path.values() if isinstance(operation, dict)
             for parameter in operation.get("parameters", []) if parameter.get("in") in ("query", "header")}
    missing = [name for name in names if not re.search(rf"\b{re.escape(name)}\b", HTTP, re.I)]
    assert names and not missing, "docs/http.md lacks " + ", ".join(missing)


def test_every_command_is_on_the_page(herald_of_the_module):
    def commands(*words):
        text = herald_of_the_module.run(*words, "--help").stdout
        sections = re.split(r"\n(?=\S)", text)
        names = [name for section in sections[2:] for name in re.findall(r"^  ([a-z]+) {2,}[A-Z]", section, re.M)]
        if not names and words:
            yield words
        for name in names:
            yield from commands(*words, name)

    said = [re.sub(r"\\\|", "|", words) for words in re.findall(r"`([^`]+)`", CLI)]
    missing = []
    for command in commands():
        group, name = (command[0], command[-1])
        fits = re.compile(rf"^{group}( [a-z|]*\b{name}\b.*)?$" if len(command) > 1 else rf"^{group}\b")
        if not any(fits.match(words) for words in said):
            missing.append(" ".join(command))
    assert not missing, "docs/cli.md lacks " + ", ".join(missing)


def test_every_option_of_serve_is_on_the_page(herald_of_the_module):
    options = set(re.findall(r"^\s+(--[a-z-]+)", herald_of_the_module.run("serve", "--help").stdout, re.M)) - {"--help"}
    missing = [option for option in options if f"`{option}" not in CONFIGURATION]
    assert len(options) > 10 and not missing, "docs/configuration.md lacks " + ", ".join(missing)


def test_no_option_is_on_the_page_that_serve_does_not_have(herald_of_the_module):
    text = herald_of_the_module.run("serve", "--help").stdout
    rows = re.findall(r"^\| `(--[a-z-]+)", CONFIGURATION, re.M)
    assert rows and not [option for option in rows if option not in text]


# ---- the examples of docs/http.md ----


STREAMS_FOR_S = 1
CURL = f"""curl() {{
  local limit=()
  [[ $1 == -sN ]] && limit=(--max-time {STREAMS_FOR_S})
  command curl "${{limit[@]}}" -w '%{{stderr}}STATUS %{{http_code}} %{{method}} %{{url_effective}}\\n' "$@" || [[ $? -eq 28 ]]
}}
"""


def examples():
    """The lines to type, in their order; what is answered and what is told in words is left out."""
    lines = iter(HTTP.splitlines())
    for line in lines:
        command = line.strip().removeprefix("$ ")
        if line.startswith("    ") and re.match(r"curl |[A-Z]+=|head |printf ", command):
            while command.split("  #")[0].count("'") % 2:
                command += "\n" + next(lines).strip()
            yield command


def test_the_examples_work_in_their_order(herald, tmp_path):
    server = herald.start()
    commands = [f"H={server.url}" if command.startswith("H=") else command for command in examples()]
    assert len(commands) > 60
    result = subprocess.run(["bash", "-c", CURL + "\n".join(f"echo '#{n}' >&2\n{command}" for n, command in enumerate(commands))],
                            cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120, env=environment_with({}))
    wrong = []
    for part in re.split(r"^#(?=\d+$)", result.stderr, flags=re.M)[1:]:
        command = commands[int(part.split("\n")[0])]
        for status in re.findall(r"^STATUS (\d+)", part, re.M):
            meant = re.search(rf"# .*\b{status}\b", command) or '"nmae"' in command
            if not 200 <= int(status) < 300 and not meant:
                wrong.append(f"{status}: {command}")
    assert result.stderr.count("STATUS ") > 60
    assert not wrong, "\n".join(wrong) + "\n" + result.stdout[-2000:]


# ---- the examples of docs/cli.md ----


def test_the_examples_in_scripts_work(herald, tmp_path):
    """On what they take for granted: a folder `out`, and a version 1 in production."""
    server = herald.start()
    for words in (("model", "register", "churn", "--tag", "team=risk"), ("version", "register", "churn"), ("alias", "set", "churn", "production", 1)):
        assert server.cli(*words).returncode == 0
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.bin").write_bytes(b"weights")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "herald").symlink_to(BINARY)
    script = CLI.split("## In scripts")[1].strip("\n")
    result = subprocess.run(["bash", "-e", "-u", "-o", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                            env=environment_with({"HERALD_URL": server.url, "PATH": f"{tmp_path}/bin:/usr/bin:/bin"}))
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "churn"
    assert server.get("/v1/models/churn/aliases/production")["version"] == 2
