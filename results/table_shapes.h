#pragma once

#include "results/format.h"
#include "results/table.h"
#include "results/table_spec.h"

namespace synthbench {

/// The shapes of tables: each makes the table that a file declares of what the database holds.
/// Throws NothingDone where no cell belongs to it, and UserError where times of several builds or machines would be mixed.
Table table_of_configs(Store& store, const TableSpec& spec, const TableOptions& options);
Table table_of_rows(Store& store, const TableSpec& spec, const TableOptions& options);
Table table_of_effects(Store& store, const TableSpec& spec, const TableOptions& options);
Table table_of_front(Store& store, const TableSpec& spec, const TableOptions& options);
Table table_of_growth(Store& store, const TableSpec& spec, const TableOptions& options);
Table table_of_claims(Store& store, const TableSpec& spec, const TableOptions& options);

}  // namespace synthbench
