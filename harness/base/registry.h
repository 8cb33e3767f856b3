#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {

/// Things that files add by name before main: variants, backends, tasks, tables.
/// Static initialisers run in link order, so nothing visible may depend on it: iteration is sorted by name.
template <typename Thing>
class Registry {
 public:
  /// what: the word for one thing in error messages ("variant").
  explicit Registry(std::string what) : what_(std::move(what)) {}

  /// Returns true, so that `const bool registered = things().add(...)` works at namespace scope.
  /// Throws std::logic_error when the name is taken.
  bool add(std::string name, Thing thing) {
    if (!things_.emplace(name, std::move(thing)).second) {
      throw std::logic_error(what_ + " '" + name + "' is registered twice");
    }
    return true;
  }

  const Thing* find(std::string_view name) const {
    const auto found = things_.find(name);
    return found == things_.end() ? nullptr : &found->second;
  }

  /// Throws UserError that names the nearest known word when the name is unknown.
  const Thing& at(std::string_view name) const {
    if (const Thing* thing = find(name)) return *thing;
    throw UserError(unknown_word(what_, name, names()));
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, thing] : things_) out.push_back(name);
    return out;
  }

  auto begin() const { return things_.begin(); }
  auto end() const { return things_.end(); }

 private:
  std::string what_;
  std::map<std::string, Thing, std::less<>> things_;
};

}  // namespace synthbench
