#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "harness/base/source_line.h"

namespace synthbench {

/// key = value, as written: keys are known, values are not checked yet.
struct Setting {
  std::string key;
  Json value;
  SourceLine place;
};

/// [[axis]]: it exists where `when` holds; elsewhere the key has its base value.
struct GridAxis {
  std::string name;
  Json values;
  std::vector<Setting> when;
  SourceLine place;
};

/// [[zip]]: the keys move together; each value is a list or a text of ranges, all equally long.
struct GridZip {
  std::vector<Setting> axes;
  std::vector<Setting> only;
  SourceLine place;
};

struct GridExclude {
  std::vector<Setting> when;
  std::string reason;
  SourceLine place;
};

struct GridInclude {
  std::vector<Setting> settings;
  SourceLine place;
};

/// A grid file as read, with the files that it extends.
struct Grid {
  std::string name;
  SourceLine place;            ///< of the file's first line
  std::vector<Setting> base;   ///< kind among them; one per key
  std::vector<GridAxis> axes;  ///< file order; one per name
  std::vector<GridZip> zips;
  std::vector<GridExclude> excludes;
  std::vector<GridInclude> includes;
  std::vector<Setting> measure;  ///< [measure], and "gate" of [check]
  std::vector<Setting> match;
  std::vector<Setting> tables;          ///< key "preset"
  std::string text;                     ///< the file's text, byte for byte
  std::vector<std::string> overridden;  ///< keys that flags or the environment set (grid_override.h): they beat [[include]] too
  std::vector<std::string> warnings;    ///< of what a file that extends others leaves out of them
};

/// Reads a grid file. Throws UserError with file and line for what is not TOML, unknown sections and keys (with the nearest
/// known one), and values of a wrong shape; for files that cannot be read, and files that extend each other in a circle.
Grid read_grid(const std::string& path);

/// The same of a text; path: for messages, and the folder of what it extends.
Grid parse_grid(std::string_view text, const std::string& path);

}  // namespace synthbench
