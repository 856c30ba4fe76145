// The directory: what people and machines are called. The log knows them by ids alone, so that a person can be erased here
// and what the log says stays provable.
//
// An entry is stored before the event principal.created names its id, and counts only while the head shows that event. A
// change of it, of the name too, is stored beside it before principal.described names it, and takes its place once the head
// shows that one: which is in force, the head says (PrincipalRecord::entry). So a name is somebody's only if it is the one in
// force: what find_principal_named() finds may be a name that was asked for and refused, or that was given up.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "registry/facts.h"
#include "work/store.h"

namespace herald::work {

struct Entry {
  registry::PrincipalId principal_id;
  std::string name;  // by which it is asked for: one principal's, whatever the case of its letters
  std::optional<std::string> full_name;  // for people
  std::optional<std::string> email;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (principal_id, name, full_name, email))

// Letters, digits and . _ - @ +, 1 to 128 of them, beginning with a letter or digit; no UUID, and not "me".
Result<void> check_principal_name(std::string_view name, const std::string& field);

// The job that makes it durable. The caller has found the name to be nobody's, and sees to it that nobody takes it meanwhile.
Store::Job put_entry(const Entry& entry);

// The same of a change; the name may be its own. Errors: not_allowed_now (it was erased).
Store::Job put_change(registry::EntryId change, const Entry& entry);

// The job after which all who know an id alone are told the name of that change, which is in force.
Store::Job show_name_of(registry::PrincipalId id, registry::EntryId change);

// A name as it is compared: the case of its letters says nothing.
std::string principal_name_key(std::string_view name);

// For readers: nothing where it was erased. `change`: that is in force; absent: by what name it is shown. Of one that
// was overtaken that name alone.
std::optional<Entry> find_entry(const Store& store, registry::PrincipalId id,
                                const std::optional<registry::EntryId>& change = std::nullopt);
std::optional<registry::PrincipalId> find_principal_named(const Store& store, std::string_view name);

// For jobs: an event names `to`, and what was in force before it goes.
Result<void> entry_is_changed(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id,
                              const std::optional<registry::EntryId>& from, registry::EntryId to);
// For jobs: a change that no event names, by the key of its row.
Result<void> drop_change(lmdb::WriteTxn& txn, const Tables& tables, std::string_view key);
// For jobs: with all changes. The name is free again.
Result<void> erase_entry(lmdb::WriteTxn& txn, const Tables& tables, registry::PrincipalId id);

}  // namespace herald::work
