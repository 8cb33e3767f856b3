#pragma once

#include <cstdint>

namespace synthbench {

/// results/schema.sql: every table, index and view, with application_id and user_version.
const char* schema_sql();

inline constexpr std::int64_t kApplicationId = 0x53594E42;  ///< 'SYNB'
inline constexpr std::int64_t kSchemaVersion = 2;           ///< PRAGMA user_version of schema.sql

}  // namespace synthbench
