#pragma once

#include <string>
#include <vector>

#include "results/store.h"

namespace synthbench {

/// Takes over what is no cell and no attempt: tags and notes, baselines, noise floors, saved queries, published values that a user
/// added; those of sweeps that are here.
/// By content, so that the order of merging decides nothing, and again changes nothing:
///
/// - tags: all of them; of two notes both, one under the other
/// - a baseline of a name that is taken: the one saved first
/// - a noise floor: the one measured last, of two at one time the larger
/// - a saved query of a name that is taken: the text that sorts first
/// - a published value of a user's own: instead of a shipped one; of two the smaller, then the note that sorts first
///
/// Returns a line for each name that stood for two things.
std::vector<std::string> merge_references(Store& to, Store& from);

/// Of two notes: each part of both once, in the order of their texts.
std::string united_notes(const std::string& one, const std::string& other);

}  // namespace synthbench
