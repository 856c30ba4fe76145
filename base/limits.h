// Every bound on what comes from outside or grows inside, with what happens at it. docs/limits.md lists them for
// users; a limit has no other home.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace herald::limits {

// Events (refused: too-large).
inline constexpr std::size_t kMaxEventBytes = 65'535;  // C2SP tlog-tiles: an entry's length has 16 bits
inline constexpr std::size_t kMaxEventsPerCommand = 256;
inline constexpr std::size_t kMaxBytesPerCommand = 1 << 20;

// The writer's batch (the rest waits for the next one) and its queue (refused: busy).
inline constexpr std::size_t kMaxCommandsPerBatch = 256;
inline constexpr std::size_t kMaxBatchBytes = 1 << 20;
inline constexpr std::size_t kMaxQueuedCommands = 8'192;
// That a write was refused for want of room is told by /readyz for so long, or until one is taken.
inline constexpr std::chrono::seconds kLossTold{60};

// Publication to Kafka: one transaction (the rest waits for the next one).
inline constexpr std::size_t kMaxEventsPerTransaction = 1'000;
inline constexpr std::size_t kMaxBytesPerTransaction = 4 << 20;

// JSON (refused: malformed). What comes from outside is wrapped in events, and events in answers: both must be
// readable, so the reader takes more than callers may send.
inline constexpr std::size_t kMaxRequestJsonDepth = 64;
inline constexpr std::size_t kMaxJsonDepth = 128;

// Names and texts (refused: too-large or invalid-value).
inline constexpr std::size_t kMaxNameBytes = 256;
inline constexpr std::size_t kMaxRegistryNameBytes = 64;
inline constexpr std::size_t kMaxAliasBytes = 128;
inline constexpr std::size_t kMaxPrincipalNameBytes = 128;
inline constexpr std::size_t kMaxTagKeyBytes = 128;
inline constexpr std::size_t kMaxTagValueBytes = 1'024;
inline constexpr std::size_t kMaxReasonBytes = 1'000;
inline constexpr std::size_t kMaxUriBytes = 2'048;
inline constexpr std::size_t kMaxOriginBytes = 255;         // of a log: each event names it
inline constexpr std::size_t kMaxTextBytes = 65'536;        // comment, description
inline constexpr std::size_t kMaxMetadataBytes = 16'384;    // above it: a blob of its own
inline constexpr std::size_t kMaxMetricsBytes = 10'240;     // as JSON: an update holds them before and after
inline constexpr std::size_t kMaxAutomationBytes = 24'576;  // as JSON, for the same reason
inline constexpr std::size_t kMaxPathBytes = 1'024;         // of a file in an artifact

// Numbers of things (refused: too-many).
inline constexpr std::size_t kMaxTags = 64;      // on a model or a version
inline constexpr std::size_t kMaxMetrics = 256;  // on a version
inline constexpr std::size_t kMaxAliasesPerModel = 256;
inline constexpr std::size_t kMaxFormerHolders = 64;  // of an alias, that a rollback may go back to
inline constexpr std::size_t kMaxAliasMovesPerCommand = 32;
inline constexpr std::size_t kMaxArtifactsPerVersion = 64;
inline constexpr std::size_t kMaxFilesPerArtifact = 100'000;
inline constexpr std::size_t kMaxManifestBytes = 32 << 20;
inline constexpr std::size_t kMaxStages = 32;  // of a registry
inline constexpr std::size_t kMaxStageTransitions = 256;
inline constexpr std::size_t kMaxCardSections = 128;           // headings of a card
inline constexpr std::size_t kMaxGuardedVersionsRead = 1'000;  // of a model whose card loses a heading
inline constexpr std::size_t kMaxPolicySections = 32;          // that a policy asks for
inline constexpr std::size_t kMaxEvaluationFiles = 64;
inline constexpr std::size_t kMaxResultBytes = 16 << 20;  // of a table or a matrix (refused: too-large)
inline constexpr std::size_t kMaxMatrixLabels = 1'000;    // (refused: invalid-value)
inline constexpr std::size_t kMaxPrincipals = 10'000;
inline constexpr std::size_t kMaxTeamsPerPrincipal = 64;
inline constexpr std::size_t kMaxRolesPerPrincipal = 1'000;
inline constexpr std::size_t kMaxTokensPerPrincipal = 1'000;  // revoked ones are counted
inline constexpr std::size_t kMaxTextsErasedAtOnce = 800;     // so many digests fit into one event
// Access: who called is kept in memory until something of access changes (beyond this many all are forgotten, and looked up anew);
// refusals are counted for so long, of so many (actor, permission, place), and then recorded (those beyond as one).
inline constexpr std::size_t kMaxCallersKept = 10'000;
inline constexpr std::chrono::milliseconds kTokenUseNoted{60'000};
inline constexpr std::chrono::milliseconds kDenialsCounted{60'000};
inline constexpr std::size_t kMaxDenialsCounted = 1'000;
inline constexpr std::size_t kMaxClaimBytes = 1'024;  // of the request that claims a server: anybody may send one
// Usage, and comparisons.
inline constexpr std::size_t kMaxUsageReportsUnderWay = 1'024;
inline constexpr std::size_t kUsageCountersAtOnce = 200;          // settled at the start, recorded after the hour
inline constexpr std::uint64_t kMaxUsesReported = 1'000'000'000;  // by one report (refused: invalid-value)
inline constexpr std::size_t kMaxComparedVersions = 16;           // in one answer
inline constexpr std::size_t kMaxComparedRows = 10'000;           // that one page may be asked for
inline constexpr std::size_t kMaxComparedResults = 8'192;         // of a version's evaluations (cut off, and said so)
inline constexpr std::size_t kMaxComparedLabels = 32;             // of a matrix (told by its digest alone)
inline constexpr std::size_t kMaxComparedMatrixBytes = 64 << 10;  // the same
inline constexpr std::size_t kMaxComparedTableBytes = 128 << 10;  // of a version's tables (the rest told by digests)
inline constexpr std::size_t kMaxComparedCells = 4'000'000;       // lines of a text times another's (told whole)
// Automations.
inline constexpr std::size_t kMaxAutomations = 10'000;
inline constexpr std::size_t kMaxActionsPerAutomation = 8;
inline constexpr std::size_t kMaxConditionsPerAutomation = 32;
inline constexpr std::size_t kMaxActionHeaders = 32;  // of each kind, clear and secret
inline constexpr std::size_t kMaxRetries = 20;        // of an automation with a schedule of its own
inline constexpr std::size_t kMaxEventTypesPerAutomation = 64;
inline constexpr std::size_t kMaxLineageWalk = 10'000;    // nodes looked at to see that an edge closes no circle
inline constexpr std::size_t kMaxLineageDepth = 100'000;  // that may be asked for
inline constexpr std::size_t kMaxLineageNodes = 1'000;    // of one answer (the page ends)
inline constexpr std::size_t kMaxLineageEdges = 10'000;   // looked at for one answer (the page ends)
// Rows of lineage looked at to tell what one caller without a role on the server sees, for one answer (it says that there is more).
inline constexpr std::size_t kMaxSightRows = 100'000;

// Parts of an automation (refused: too-large, invalid-value). Its event must hold the whole of it.
inline constexpr std::size_t kMaxTemplateBytes = 16'384;  // a payload or text template
inline constexpr std::size_t kMaxHeaderValueBytes = 4'096;
inline constexpr std::chrono::hours kMaxRetryGap{48};

// Idempotency records are kept this long at least; each new one forgets a few that are older.
inline constexpr std::chrono::hours kIdempotencyWindow{7 * 24};
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxIdempotentAnswerBytes = 4'096;
inline constexpr std::size_t kIdempotencyPrunedPerRecord = 2;

// The work store's queue (refused: busy).
inline constexpr std::size_t kMaxQueuedJobs = 8'192;
inline constexpr std::size_t kMaxJobsPerBatch = 256;   // the rest waits for the next one
inline constexpr std::size_t kMaxSecretBytes = 8'192;  // refused: too-large
inline constexpr std::size_t kMaxSecrets = 1'000;      // refused: too-many
// Texts and values of secrets that no event names are swept when two of these have passed, so many in one commit.
inline constexpr std::chrono::hours kSweepPeriod{1};
inline constexpr std::size_t kMaxRowsSweptAtOnce = 1'000;

// Automations (skipped, and recorded as such).
inline constexpr std::uint32_t kMaxCausationDepth = 8;
inline constexpr std::uint32_t kTriggersPerMinute = 600;        // of one automation, unless it says another
inline constexpr std::uint32_t kMaxTriggersPerMinute = 60'000;  // that it may say (refused: invalid-value)

// Deliveries (the rest waits).
inline constexpr std::size_t kMaxInFlight = 256;
inline constexpr std::size_t kMaxInFlightPerUrl = 4;
inline constexpr std::size_t kMaxInFlightPerHost = 32;
// Hosts that are silent: to which the last attempt timed out, or none was made yet. Half of all attempts is kept from them.
inline constexpr std::size_t kMaxInFlightPerSilentHost = 8;
inline constexpr std::size_t kMaxInFlightToSilentHosts = 128;
inline constexpr std::size_t kMaxHostsKept = 10'000;  // that answered (beyond it all are silent until they do again)
// For attempts under way at a stop (then cancelled, and made again after the next start).
inline constexpr std::chrono::seconds kSendingGrace{3};
// What is kept of an attempt (cut) and read of an answer (the attempt fails: too-large).
inline constexpr std::size_t kMaxKeptBodyBytes = 16'384;
inline constexpr std::size_t kMaxAnswerBytes = 65'536;
inline constexpr std::size_t kMaxAnswerHeaderBytes = 32'768;
inline constexpr std::size_t kMaxSecrecyWork = 64 << 20;  // bytes of an answer times secrets not to repeat (withheld)
inline constexpr std::chrono::hours kAttemptsKept{30 * 24};
inline constexpr std::size_t kAttemptsPrunedPerWrite = 4;
inline constexpr std::size_t kMaxPayloadBytes = 262'144;  // of a webhook, rendered (the delivery is exhausted)

// HTTP (refused with the status that fits).
inline constexpr std::size_t kMaxRequestHeaderBytes = 16'384;
inline constexpr std::size_t kMaxRequestBodyBytes = 1 << 20;  // blobs are streamed and have a limit of their own
inline constexpr std::uint64_t kMaxBlobBytes = 64ull << 30;
inline constexpr std::size_t kMaxPageSize = 1'000;
inline constexpr std::size_t kDefaultPageSize = 100;
inline constexpr std::size_t kMaxPageBytes = 4 << 20;  // of one page of a list (the page ends early)
inline constexpr std::size_t kMaxConnections = 10'000;
// Files and sockets that are no callers' connections: stores, deliveries under way, Kafka. The hard limit of the process, less
// these (or half of it, if that is less), bounds connections too.
inline constexpr std::size_t kReservedDescriptors = 512;
inline constexpr std::chrono::seconds kRequestTimeout{30};  // for header and JSON body
inline constexpr std::chrono::seconds kStallTimeout{30};    // of a blob, an answer or a stream that nothing is taken of
inline constexpr std::chrono::seconds kIdleTimeout{60};     // between requests
inline constexpr std::chrono::milliseconds kViewsTimeout{5'000};  // a read waits for views that are behind
inline constexpr std::chrono::milliseconds kHeartbeat{15'000};    // of a stream without events
inline constexpr std::chrono::seconds kGrace{10};                 // for requests under way when the server stops
inline constexpr std::size_t kMaxLingerBytes = 1 << 20;           // taken from who sends on after a refusal, to read it
inline constexpr std::chrono::seconds kLinger{2};                 // the same
// Requests of one principal in one window, unless told otherwise (refused: rate-limited).
inline constexpr std::uint64_t kDefaultRateLimit = 20'000;
inline constexpr std::chrono::seconds kRateWindow{10};
inline constexpr std::size_t kLeastCompressedBytes = 1'024;  // of an answer (sent as it is)
inline constexpr std::size_t kMaxLiveStreams = 1'000;
inline constexpr std::size_t kMaxLiveStreamsOfOne = 100;  // who signed in (refused: rate-limited)
// Requests that wait to do something to what only one may do it to at a time, as to set a secret (refused: busy).
inline constexpr std::size_t kMaxWaitingForATurn = 256;
// Bodies and answers above kHeldBytesCounted that are in memory because their callers take time (refused: busy, and of one
// caller rate-limited).
inline constexpr std::size_t kHeldBytesCounted = 16 << 10;
inline constexpr std::size_t kMaxHeldBytes = 512 << 20;
inline constexpr std::size_t kMaxHeldBytesOfOne = 128 << 20;
inline constexpr std::size_t kPoolThreads = 4;             // for lists and what blocks on the disk (the rest waits)
inline constexpr std::size_t kMaxPoolThreadsOfOne = 3;     // one caller's (its rest waits, others go first)
inline constexpr std::size_t kMaxRowsScanned = 100'000;    // by one page of a filtered list (the page ends early)
inline constexpr std::size_t kMaxEventsScanned = 100'000;  // by one page of a filtered list (the page ends early)

// Search (refused: too-large, too-many), and what of a version is indexed (the rest is not found).
inline constexpr std::size_t kMaxSearchBytes = 4'096;
inline constexpr std::size_t kMaxSearchTerms = 32;
inline constexpr std::size_t kMaxSearchWork = 1'000'000;  // of one page, in rows (it ends early)
inline constexpr std::size_t kMaxIndexedValues = 256;     // of a version's metadata
inline constexpr std::size_t kMaxIndexedBytes = 100;      // of a value (cut), of a path in metadata (left out)
inline constexpr std::size_t kMaxIndexedDatasets = 64;    // of a version

// The command line: a document of `herald apply` (refused: malformed), a text whose difference is drawn (told by its length),
// names offered to complete a word (the first), people whose names are asked for in one answer (the rest keep their ids).
inline constexpr std::size_t kMaxManifestNodes = 100'000;
inline constexpr std::size_t kMaxLinesCompared = 2'000;
inline constexpr std::size_t kMaxNamesCompleted = 200;
inline constexpr std::size_t kMaxPeopleNamed = 100;

// What `herald fsck` tells (the rest is counted), and readers of a store that are kept for the next question (the rest is closed).
inline constexpr std::size_t kMaxFindings = 100;
inline constexpr std::size_t kMaxFindingsOfAPlace = 10;  // so that one damaged table does not hide the others
inline constexpr std::size_t kMaxSpareReaders = 64;

// Space kept free on the data folder's disk (writes refused below it: storage-full).
inline constexpr std::uint64_t kDiskReserveBytes = 64ull << 20;

}  // namespace herald::limits
