#pragma once

// The one way in which this program reads TOML. The two definitions work only header-only; the second turns hostile nesting
// into an error instead of a stack overflow.
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 64
#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "ablations/grid.h"

namespace synthbench {

/// A TOML text with the name of its file: what is refused is refused with file and line.
class TomlSource {
 public:
  explicit TomlSource(std::string path, SaidBy by = SaidBy::grid) : path_(std::move(path)), by_(by) {}

  const std::string& path() const { return path_; }
  SourceLine at(const toml::node& node) const { return line(node.source()); }
  SourceLine at(const toml::key& key) const { return line(key.source()); }

  /// Throws UserError "grid.toml:3: not TOML: ...".
  toml::table parse(std::string_view text) const;
  /// A text that is not blank.
  std::string text(const toml::node& node, const std::string& what) const;
  /// One value: text, whole number, finite number, true or false.
  Json scalar(const toml::node& node, const std::string& what) const;
  /// A list of such values, or one.
  Json values(const toml::node& node, const std::string& what) const;

 private:
  SourceLine line(const toml::source_region& source) const { return {path_, static_cast<std::int64_t>(source.begin.line), by_}; }

  std::string path_;
  SaidBy by_;
};

}  // namespace synthbench
