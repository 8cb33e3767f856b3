#include "harness/cli/user_config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "ablations/toml_settings.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"

namespace synthbench {
namespace {

/// Long names of the flags of all commands that people call.
std::vector<std::string> all_flags() {
  std::set<std::string> names;
  for (const auto& [name, command] : commands()) {
    if (name.starts_with("_")) continue;
    FlagSet flags(name);
    const Action unused = command.declare(flags);
    for (std::string& flag : flags.long_names()) names.insert(std::move(flag));
  }
  return {names.begin(), names.end()};
}

}  // namespace

std::string user_config_path() {
  const auto folder = [](const char* variable) -> std::filesystem::path {
    const char* value = std::getenv(variable);
    return value && *value == '/' ? value : "";  // the XDG specification: what is not absolute is ignored
  };
  std::filesystem::path config = folder("XDG_CONFIG_HOME");
  if (config.empty() && !folder("HOME").empty()) config = folder("HOME") / ".config";
  return config.empty() ? std::string() : (config / "synthbench" / "config.toml").string();
}

std::vector<Setting> read_user_config() {
  const std::string path = user_config_path();
  std::error_code unreadable;
  if (path.empty() || !std::filesystem::exists(path, unreadable)) return {};
  std::vector<Setting> settings = read_toml_settings(path, SaidBy::user_config);
  const std::vector<std::string> known = all_flags();
  for (const Setting& setting : settings) {
    if (std::ranges::find(known, setting.key) == known.end()) fail(setting.place, unknown_word("flag", setting.key, known));
  }
  return settings;
}

}  // namespace synthbench
