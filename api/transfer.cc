#include "api/transfer.h"

#include <spdlog/spdlog.h>

#include "api/authorisation.h"
#include "api/completion.h"
#include "api/named_blobs.h"
#include "api/problem.h"
#include "api/range.h"
#include "work/uploads.h"

namespace herald::api {

struct BlobBody {
  Digest digest;
  std::uint64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(BlobBody, (), (digest, bytes))

namespace {

constexpr std::size_t kSlice = 256 << 10;

Answer header_for(const Content& content, const Portion& portion) {
  Answer answer{.media = content.media, .headers = content.headers};
  answer.headers.push_back({"ETag", etag_of(content.digest)});
  answer.headers.push_back({"Accept-Ranges", "bytes"});
  if (portion.kind == Portion::Kind::not_modified) {
    answer.status = 304;
    answer.media = {};
  }
  if (portion.kind == Portion::Kind::part) {
    answer.status = 206;
    answer.headers.push_back(
        {"Content-Range", "bytes " + std::to_string(portion.range.first) + "-" +
                              std::to_string(portion.range.first + portion.range.count - 1) + "/" +
                              std::to_string(content.blob->size())});
  }
  return answer;
}

// Ends early for who may not any more.
Task<> send_bytes(const Call& call, const Content& content, ByteRange range, const WorkersOf& pool,
                  Wire& wire) {
  Call by_now = call;
  for (bool first = true; range.count > 0; first = false) {
    const Result<void> still_permitted = first ? Result<void>() : authorise_anew(by_now);
    if (!still_permitted) {
      count_refusal(by_now, still_permitted.error());
      wire.break_off();
      co_return;
    }
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(range.count, kSlice));
    std::function<Result<std::string>()> read = [blob = content.blob, first = range.first, wanted] {
      return blob->read(first, wanted);
    };
    const Result<std::string> slice = co_await blocking<Result<std::string>>(pool, std::move(read));
    if (!slice || slice->empty()) {
      spdlog::error("a download was cut off: {}",
                    slice ? "the file is shorter than it was" : slice.error().message);
      wire.break_off();
      co_return;
    }
    const bool taken = co_await wire.write(*slice);
    if (!taken) co_return;
    range.first += slice->size();
    range.count -= slice->size();
  }
}

Answer not_satisfiable(const Call& call, std::uint64_t size) {
  const std::string sentence =
      "the content has " + std::to_string(size) + " bytes: " + shown(call.request.range) + " lies outside";
  Answer answer = problem(error(Cause::range_not_satisfiable, sentence), call.request_id);
  answer.headers.push_back({"Content-Range", "bytes */" + std::to_string(size)});
  return answer;
}

Answer is_another(const Call& call, const Digest& digest) {
  constexpr unsigned int kPreconditionFailed = 412;
  return problem(
      error(Cause::expected_mismatch,
            "the content has the ETag " + etag_of(digest) + ", which If-Match does not name", "If-Match"),
      call.request_id, kPreconditionFailed);
}

Error too_large() {
  return error(Cause::too_large, "a blob has at most " + std::to_string(limits::kMaxBlobBytes) + " bytes");
}

using Upload = std::shared_ptr<BlobStore::Upload>;

struct Begun {
  Upload upload;
  bool was_there = false;
};

// What is there already is written anew: a file that was damaged on the disk is mended by whoever has the right bytes.
Result<Begun> begin_upload(const Call& call, const Digest& digest) {
  const bool was_there = size_of_named(call, digest).has_value();
  HERALD_TRY(std::unique_ptr<BlobStore::Upload> upload,
             call.herald.parts.blobs.begin(digest, call.request.content_length));
  return Begun{std::move(upload), was_there};
}

// Who may take any content anyway needs no row to name this.
Result<void> end_upload(const Call& call, BlobStore::Upload& upload, const Digest& digest) {
  HERALD_CHECK(upload.finish());
  if (may_take_any_content(call)) return {};
  const Parts& parts = call.herald.parts;
  return parts.work.run(work::note_upload(call.actor.id, digest, parts.clock.now()));
}

}  // namespace

Task<unsigned int> send_content(const Call& call, Content content, const WorkersOf& pool, Wire& wire) {
  const std::uint64_t size = content.blob->size();
  const Portion portion = portion_of(call.request, content.digest, size);
  if (portion.kind == Portion::Kind::not_satisfiable || portion.kind == Portion::Kind::another) {
    const bool is_another_one = portion.kind == Portion::Kind::another;
    const Answer refusal = is_another_one ? is_another(call, content.digest) : not_satisfiable(call, size);
    co_await wire.send(refusal);
    co_return refusal.status;
  }
  const Answer header = header_for(content, portion);
  if (portion.kind == Portion::Kind::not_modified) {
    co_await wire.send(header);
    co_return header.status;
  }
  const bool begun = co_await wire.begin(header, portion.range.count);
  if (begun && call.request.method == Method::get)
    co_await send_bytes(call, content, portion.range, pool, wire);
  co_return header.status;
}

Task<Result<Answer>> receive_blob(const Call& call, Digest digest, const WorkersOf& pool, Wire& wire) {
  if (call.request.content_length.value_or(0) > limits::kMaxBlobBytes) co_return too_large();
  std::function<Result<Begun>()> begin = [&call, digest] { return begin_upload(call, digest); };
  const Result<Begun> begun = co_await blocking<Result<Begun>>(pool, std::move(begin));
  if (!begun) co_return begun.error();
  const Upload upload = begun->upload;
  wire.allow_slow_body();

  std::uint64_t taken = 0;
  for (;;) {
    Result<std::string> slice = co_await wire.read_body(kSlice);
    if (!slice) co_return slice.error();
    if (slice->empty()) break;
    taken += slice->size();
    if (taken > limits::kMaxBlobBytes) co_return too_large();
    std::function<Result<void>()> write = [upload, bytes = std::move(*slice)] {
      return upload->write(bytes);
    };
    const Result<void> written = co_await blocking<Result<void>>(pool, std::move(write));
    if (!written) co_return written.error();
  }
  Call by_now = call;
  const Result<void> still_permitted = authorise_anew(by_now);
  if (!still_permitted) co_return still_permitted.error();
  std::function<Result<void>()> finish = [&call, upload, digest] {
    return end_upload(call, *upload, digest);
  };
  const Result<void> finished = co_await blocking<Result<void>>(pool, std::move(finish));
  if (!finished) co_return finished.error();
  Answer answer = answer_with(BlobBody{digest, taken}, std::nullopt);
  answer.status = begun->was_there ? 200 : 201;
  co_return answer;
}

}  // namespace herald::api
