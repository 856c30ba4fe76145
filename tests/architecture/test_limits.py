"""Every limit has one home, base/limits.h; docs/limits.md says the same, and the code holds to it."""

import re

import pytest

from tests.architecture.arrows import REPO, sources

# Limits that no test names: which one meets them, by their number or by a server that is given a smaller one.
SHOWN_BY = {
    "kAttemptsPrunedPerWrite": "Deliveries.ForgetOldAttemptsAFewWithEachNewOne",
    "kDefaultRateLimit": "Asking.IsLimitedAndSaysSoInEveryAnswer",
    "kGrace": "Hostile.TheEndWaitsOnlyForAWhile",
    "kHeartbeat": "LiveStream.AdvancesTheIdPastWhatItPassedOver",
    "kHeldBytesCounted": "AServerOfLittleMemory.RefusesTheBodiesOfOneCallerThatTakeMoreThanItsShare",
    "kIdempotencyPrunedPerRecord": "IdempotencyRecords.AreForgottenTwoWithEachNewOneAfterTheWindow",
    "kIdleTimeout": "Hostile.CallersWhoSayNothing",
    "kLeastCompressedBytes": "Reading.LeavesWhatIsSmallAsItIs",
    "kMaxActionHeaders": "Validating.RefusesHeaderValuesThatWouldBreakTheRequest",
    "kMaxActionsPerAutomation": "CreateAutomation.RefusesNothingToDoAndTooMuch",
    "kMaxAutomationBytes": "CreateAutomation.RefusesNothingToDoAndTooMuch",
    "kMaxBatchBytes": "Batches.EndWhenTheyHoldAsManyBytesAsTheyMay",
    "kMaxBlobBytes": "ServedContent.ThatIsTooLargeIsRefusedAtOnce",
    "kMaxClaimBytes": "AnUnclaimedServer.ReadsNoClaimOfMoreThanAKibibyte",
    "kMaxComparedVersions": "tests/stories/test_compare.py::test_no_more_than_sixteen_versions_are_compared_at_once",
    "kMaxConditionsPerAutomation": "CreateAutomation.RefusesNothingToDoAndTooMuch",
    "kMaxEventTypesPerAutomation": "CreateAutomation.RefusesNothingToDoAndTooMuch",
    "kMaxHeldBytes": "AServerOfLittleMemory.RefusesBodiesThatTakeMoreThanThereIsForAll",
    "kMaxHeldBytesOfOne": "AServerOfLittleMemory.RefusesTheBodiesOfOneCallerThatTakeMoreThanItsShare",
    "kMaxIdempotencyKeyBytes": "tests/stories/test_refusals.py::test_a_wrong_header_is_told_what_where_and_what_to_do",
    "kMaxLineageDepth": "Server.TellsWhatCameOfWhat",
    "kMaxManifestNodes": "RefusedManifests.AreTooDeepOrTooLarge",
    "kMaxNamesCompleted": "tests/stories/test_completion.py::test_no_more_names_are_offered_than_a_terminal_shows",
    "kMaxPageSize": "tests/stories/test_refusals.py::test_what_cannot_be_done_is_told_what_where_and_what_to_do",
    "kMaxPathBytes": "FilePaths.StayInsideTheArtifact",
    "kMaxPeopleNamed": "tests/stories/test_people.py::test_a_hundred_people_are_named_in_one_answer_and_the_rest_keep_their_ids",
    "kMaxPoolThreadsOfOne": "Workers.LeaveAThreadToOthersWhateverOneCallerAsks",
    "kMaxPrincipalNameBytes": "PrincipalNames.AreWordsThatFitInAPath",
    "kMaxRequestBodyBytes": "Hostile.BodiesThatAreTooLargeAreRefusedBeforeTheyAreRead",
    "kMaxRequestHeaderBytes": "Hostile.HeadersThatAreTooLarge",
    "kMaxRetries": "Validating.RefusesSchedulesOutOfBounds",
    "kMaxRetryGap": "Validating.RefusesSchedulesOutOfBounds",
    "kMaxSearchWork": "Search.PagesThatRunOutOfWorkGetOn",
    "kMaxTagKeyBytes": "Tags.HaveKeysOfOneLineAndValuesOfSeveral",
    "kMaxUriBytes": "Uris.HaveASchemeAndNothingThatMustBeEncoded",
    "kMaxUsesReported": "RecordUsage.RefusesWhatIsNotThereAndCountsOfNothing",
    "kPoolThreads": "Workers.ServeTheLinesInTurn",
    "kRateWindow": "ALimit.IsGoneWhenTheWindowEnds",
    "kRequestTimeout": "Hostile.CallersWhoTakeTheirTimeWithTheHeader",
    "kStallTimeout": "Hostile.CallersWhoTakeNothingOfTheirAnswers",
    "kSweepPeriod": "Sweeping.DoesNotRaceACommandThatComesLateInItsPeriod",
    "kTriggersPerMinute": "RateLimitTest.AdmitsSoManyInEachMinuteOfEachAutomation",
    "kViewsTimeout": "ViewsThatAreBehind.AnswerARetryWithWhatWasDecided",
}
# Limits that no test can reach, and why. The set may shrink alone.
NOT_REACHED = {
    "kMaxIdempotentAnswerBytes": "it is kept for answers to come: the longest there is, of 256 versions that are registered at once, has 3 KB",
}
TESTED = ("*_test.cc", "tests/**/*.py", "**/testing/*.h")

UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "hours": 1, "days": 24}


def in_code(text):
    """name -> value; durations in hours, as they are written there."""
    found = re.findall(r"constexpr [\w:]+ (k\w+)(?: = |\{)([^;}]+)", text)
    return {name: evaluated(expression) for name, expression in found}


def evaluated(expression):
    """`1 << 20`, `65'535`, `7 * 24`."""
    plain = re.sub(r"'|(?<=\d)u?l*\b", "", expression.strip())
    assert re.fullmatch(r"\d+( (<<|\*) \d+)?", plain), expression
    return eval(plain)


def in_docs(text):
    """name -> the number that its row begins with, in the unit of the code."""
    found = re.findall(r"^\| `(k\w+)` \| ([\d,]+)(?: (\w+))?", text, re.M)
    return {name: int(number.replace(",", "")) * UNITS.get(unit, 1) for name, number, unit in found}


@pytest.fixture
def limits():
    return in_code((REPO / "base" / "limits.h").read_text())


def test_the_docs_say_what_the_code_says(limits):
    assert limits and in_docs((REPO / "docs" / "limits.md").read_text()) == limits


def test_every_limit_is_used(limits):
    """By the product: a test that names a limit does not hold anything to it."""
    text = "\n".join(path.read_text() for _, path in sources()
                     if path.name != "limits.h" and not path.name.endswith("_test.cc") and "testing" not in path.parts)
    unused = [name for name in limits if not re.search(rf"\b{name}\b", text)]
    assert not unused, "limits that nothing holds to: " + ", ".join(unused)


def texts_of_tests():
    paths = {path for pattern in TESTED for path in REPO.glob(pattern if pattern.startswith("tests") else f"[a-z]*/**/{pattern.split('/', 1)[-1]}")
             if "build" not in path.relative_to(REPO).parts and path.name != "test_limits.py"
             and (path.suffix == ".py" or path.name.endswith("_test.cc") or "testing" in path.parts)}
    return {str(path.relative_to(REPO)): path.read_text() for path in sorted(paths)}


def has_test(files, name):
    """"Suite.Fact" of GoogleTest, or "tests/stories/test_x.py::test_fact"."""
    if "::" in name:
        path, test = name.split("::")
        return f"def {test}(" in files.get(path, "")
    suite, fact = name.split(".")
    return any(re.search(rf"\bTEST(_F|_P)?\({suite},\s*{fact}\)", text) for path, text in files.items() if path.endswith(".cc"))


def test_every_limit_has_a_test(limits):
    """That names it, or that is listed above."""
    files = texts_of_tests()
    text = "\n".join(files.values())
    named = {name for name in limits if re.search(rf"\b{name}\b", text)}
    lost = {limit: test for limit, test in SHOWN_BY.items() if not has_test(files, test)}
    assert not lost, f"no such tests: {lost}"
    without = set(limits) - named - SHOWN_BY.keys() - NOT_REACHED.keys()
    assert not without, "limits without a test: " + ", ".join(sorted(without))
    too_much = (NOT_REACHED.keys() & (named | SHOWN_BY.keys())) | ((SHOWN_BY.keys() | NOT_REACHED.keys()) - limits.keys())
    assert not too_much, "listed above and need not be: " + ", ".join(sorted(too_much))


# Bounds that have another home: of the looks of a page or a line, and of formats that are others'. A limit on what comes from
# outside or grows inside belongs into base/limits.h.
ELSEWHERE = {
    "automations/sending.cc": {"kMostBegunAtOnce"}, "cli/completion.cc": {"kMostOfADescription"}, "cli/completion_names.cc": {"kMostVersions"},
    "cli/help.cc": {"kMaxNameWidth"}, "cli/plan.cc": {"kMostOfALine"}, "cli/view.cc": {"kMostLinesOfACell"},
    "connectors/kafka/config.cc": {"kMaxTopicName", "kMaxTransactionalId"}, "connectors/kafka/verify.cc": {"kMostDifferences"},
    "eventstore/format.h": {"kMaxRecordKeyBytes", "kMaxSubjectBytes"},
    "projections/history.cc": {"kMaxKeyBytes"}, "reflect/json_read.h": {"kMostMembers"}, "server/config.cc": {"kMostThreadsByDefault"},
}


def bounds_in(text):
    return set(re.findall(r"\bconstexpr [\w:<>* ]*\b(k(?:Max|Most)[A-Z]\w*)\b\s*[={]", text))


def test_no_limit_has_another_home():
    found = {}
    for _, path in sources():
        name = str(path.relative_to(REPO))
        if name == "base/limits.h" or name.endswith("_test.cc") or "testing" in path.parts or "bench" in path.parts:
            continue
        if bounds := bounds_in(path.read_text()):
            found[name] = bounds
    assert found == ELSEWHERE, "limits outside of base/limits.h, and those that are listed above and are no more"


def test_a_bound_is_found():
    assert bounds_in("inline constexpr std::size_t kMaxThings = 7;\n  static constexpr int kMostOfIt{3};\nauto x = kMaxOther;") == {"kMaxThings", "kMostOfIt"}


def test_no_limit_is_overlooked(limits):
    declared = re.findall(r"constexpr .*\b(k[A-Z]\w+)", (REPO / "base" / "limits.h").read_text())
    assert sorted(declared) == sorted(limits)


@pytest.mark.parametrize("line, value", [("std::size_t kA = 1 << 20;", 1 << 20), ("std::size_t kA = 65'535;", 65535),
                                         ("std::uint64_t kA = 64ull << 30;", 64 << 30), ("std::chrono::hours kA{7 * 24};", 168)])
def test_values_are_read(line, value):
    assert in_code("inline constexpr " + line) == {"kA": value}


@pytest.mark.parametrize("cell, value", [("65,535 bytes for one event", 65535), ("1 MiB of events", 1 << 20), ("256", 256),
                                         ("7 days", 168), ("48 hours between", 48)])
def test_rows_are_read(cell, value):
    assert in_docs(f"| `kA` | {cell} | 422 |") == {"kA": value}
