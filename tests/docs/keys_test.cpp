// The tables of docs/grid-file.md are those of the program: keys, variants, presets.
#include "ablations/keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ablations/logit_spec.h"
#include "ablations/presets.h"
#include "harness/base/words.h"
#include "tests/docs/page.h"

namespace synthbench {
namespace {

std::string values_of(const Key& key) {
  if (!key.words.empty()) return "`" + join(key.words, "` `") + "`";
  switch (key.type) {
    case KeyType::flag: return "`true` `false`";
    case KeyType::integer: return key.least > 0 ? fmt::format("whole number from {:.0f}", key.least) : "whole number";
    case KeyType::number: return "number";
    case KeyType::text: return "text";
  }
  return "";
}

/// Where the default follows from other keys, the meaning says how.
std::string default_of(const Key& key) { return key.fallback.is_null() ? "" : "`" + key.fallback.dump() + "`"; }

std::string used_in(KeyUse use) {
  switch (use) {
    case KeyUse::always: return "all cells";
    case KeyUse::speed: return "speed";
    case KeyUse::kernel: return "speed, scope attend or layer";
    case KeyUse::model: return "train; speed, scope step";
    case KeyUse::train: return "train";
    case KeyUse::decoding: return "train, tasks that generate text";
    case KeyUse::variant: return "variants that read it";
    case KeyUse::cell: return "every cell, no part of its config";
    case KeyUse::shorthand: return "stands for `batch`";
  }
  return "";
}

std::string table_of_keys() {
  std::string table = "| key | values | default | part of | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const Key& key : keys()) {
    table += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, values_of(key), default_of(key), used_in(key.use), key.doc);
  }
  return table;
}

std::string table_of_variants() {
  std::string table = "| variant | short | keys | weights | what it is |\n| --- | --- | --- | --- | --- |\n";
  for (const std::string& name : variants().names()) {
    const Variant& variant = variants().at(name);
    table += fmt::format("| `{}` | {} | {} | {} | {} |\n", name, join(variant.aliases, ", "), join(variant.keys, ", "),
                         join(weights_of(name), ", "), variant.summary);
  }
  return table;
}

std::string table_of_presets() {
  std::string table = "| preset | sets |\n| --- | --- |\n";
  for (const auto& [name, values] : presets()) {
    std::vector<std::string> said;
    for (const auto& [key, value] : values.items()) said.push_back("`" + key + " = " + value.dump() + "`");
    table += fmt::format("| `{}` | {} |\n", name, join(said, ", "));
  }
  return table;
}

TEST(Manual, ListsEveryKeyOfAGrid) { expect_generated("grid-file.md", "keys", table_of_keys()); }

TEST(Manual, ListsEveryVariant) { expect_generated("grid-file.md", "variants", table_of_variants()); }

TEST(Manual, ListsEveryModelPreset) { expect_generated("grid-file.md", "presets", table_of_presets()); }

}  // namespace
}  // namespace synthbench
