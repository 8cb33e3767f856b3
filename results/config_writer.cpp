#include "results/config_writer.h"

#include <algorithm>

#include "harness/base/plain_text.h"

namespace synthbench {
namespace {

/// Keys of a config that are columns of table config; every other key is a row of config_param.
constexpr std::string_view kColumns[] = {"kind", "variant", "backend", "dtype", "task", "seq_len", "rank"};

bool is_column(std::string_view key) { return std::ranges::find(kColumns, key) != std::end(kColumns); }

std::string text_of(const Json& config, const char* key) { return config.value(key, std::string()); }
std::int64_t integer_of(const Json& config, const char* key) { return config.value(key, std::int64_t{0}); }

}  // namespace

ConfigWriter::ConfigWriter(const Connection& database)
    : database_(database),
      find_(database.prepare("SELECT config_id FROM config WHERE config_sha=?")),
      insert_(database.prepare(R"(INSERT INTO config(config_sha, canon_json, kind, variant, backend, dtype, task, seq_len,
                                                     rank, params, flops)
                                  VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))")),
      parameter_(database.prepare("INSERT INTO config_param VALUES(?, ?, ?, ?)")) {}

std::int64_t ConfigWriter::id(const CellRow& cell) {
  const auto [place, is_new] = ids_.try_emplace(cell.config_sha, 0);
  if (!is_new) return place->second;
  const bool known = find_.bind(cell.config_sha).step();
  return place->second = known ? find_.integer(0) : insert(cell);
}

std::int64_t ConfigWriter::insert(const CellRow& cell) {
  const Json& config = cell.config;
  insert_.run(cell.config_sha, config.dump(), text_of(config, "kind"), text_of(config, "variant"), text_of(config, "backend"),
              text_of(config, "dtype"), text_of(config, "task"), integer_of(config, "seq_len"), integer_of(config, "rank"), cell.params,
              cell.flops);
  const std::int64_t id = database_.last_insert_id();
  for (const auto& [key, value] : config.items()) {
    if (is_column(key)) continue;
    if (value.is_number()) {
      parameter_.run(id, key, value.dump(), value.get<double>());
    } else {
      parameter_.run(id, key, plain_text(value), std::nullopt);
    }
  }
  return id;
}

}  // namespace synthbench
