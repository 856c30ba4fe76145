// One run of a command against a server: asks it, and shows the answer in the form that was asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/people.h"
#include "cli/terminal.h"
#include "cli/url.h"
#include "cli/view.h"

namespace herald::cli {

enum class Output { table, json, jsonl, id };

struct Settings {
  std::string url;
  std::optional<std::string> token;  // that opens the server
  Output output = Output::table;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> ca_file = {};
  std::optional<std::string> ca_file_given = {};  // by option or environment, not by a profile
};

struct Paging {
  std::optional<std::uint64_t> limit;  // in all; default: kDefaultPageSize
  bool all = false;
  std::optional<std::string> fields = {};  // of each item these members alone: for JSON
};

class Session {
 public:
  explicit Session(Settings settings);

  Client& client() { return client_; }
  Output output() const { return settings_.output; }
  ClientOptions client_options() const;
  // What this command was told to trust, whatever a profile says: for servers that are not the profile's.
  const std::optional<std::string>& ca_file_given() const { return settings_.ca_file_given; }
  // For standard output, and for what is said beside it.
  const Style& style() const { return style_; }
  // The same, with the names of those whom the answer speaks of.
  const Style& style_for(const json::Value& answer) const;

  // Returns when the server's views hold the event, so that whatever is asked next shows it. Errors: as of a read.
  Result<void> wait_for(std::uint64_t event);

  // The parameter of a read, or none. Errors: invalid_value (tables and ids need what they are made of).
  Result<std::string> fields(const std::optional<std::string>& names) const;
  // Sends, and shows the resource that comes back.
  Result<void> show(const Request& request, const View& view);
  Result<void> show_body(const std::string& body, const View& view) const;
  // Pages through a list and shows it.
  Result<void> list(const Query& query, const View& view, const Paging& paging);
  // A JSON array that no server was asked for.
  Result<void> show_all(const std::string& array, const View& view) const;
  // Sends what has no resource to show afterwards; `said` is printed for people.
  Result<void> tell(const Request& request, const std::string& said);

  // What the process says at its end, in place of what the command's result says.
  void end_with(ExitCode code) { ends_with_ = code; }
  const std::optional<ExitCode>& ends_with() const { return ends_with_; }

  // To standard output.
  void print(std::string_view text) const;
  // To standard error, for people only: nothing for --output json, jsonl and id.
  void note(const std::string& text) const;

 private:
  Settings settings_;
  Client client_;
  mutable People people_;  // names that were asked for, and where they are shown
  mutable Style style_;
  std::optional<ExitCode> ends_with_;
};

}  // namespace herald::cli
