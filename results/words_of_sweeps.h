#pragma once

#include <string>

#include "results/store.h"

namespace synthbench {

/// Tags and a note of a sweep: rows of table tag, the note being the one whose tag is ''. Tagging twice is tagging once; a second note
/// replaces the first, and an empty one takes it away.
void add_tag(Store& store, std::int64_t sweep, const std::string& tag);
/// Throws UserError where the sweep does not have it.
void remove_tag(Store& store, std::int64_t sweep, const std::string& tag);
void set_note(Store& store, std::int64_t sweep, const std::string& note);

/// The tag of sweeps whose variants differ in size by more than the grid's [match] allows; its note, by how much, stands under tables.
inline constexpr const char* kUnmatchedTag = "unmatched";
/// Sets that tag with its note in place of an earlier one; an empty note takes it away.
void set_unmatched(Store& store, std::int64_t sweep, const std::string& note);

}  // namespace synthbench
