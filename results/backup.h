#pragma once

#include <string>

#include "results/sqlite.h"

namespace synthbench {

/// Copies a database page by page as it is at one moment, beside readers and a writer. The copy appears whole or not at all.
/// Throws UserError where the file exists already or cannot be written.
void back_up(const Connection& database, const std::string& file);

}  // namespace synthbench
