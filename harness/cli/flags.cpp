#include "harness/cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/plain_text.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

enum class Kind { value, list, repeated, toggle, argument };

std::string long_name(std::string_view names) {
  for (const std::string& name : split(names, ',')) {
    if (name.starts_with("--")) return name;
  }
  return std::string(names);
}

bool looks_like_flag(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && (word[1] == '-' ? word.size() > 2 : std::isalpha(static_cast<unsigned char>(word[1])) != 0);
}

bool truth_of(const std::string& variable, const std::string& text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "1" || lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "0" || lower == "false" || lower == "no" || lower == "off") return false;
  throw UserError(variable + "=" + text + ": not a switch (1, true, yes, on; 0, false, no, off)");
}

}  // namespace

/// A flag, its CLI11 option and where its text goes.
struct FlagSet::Bound {
  Kind kind = Kind::value;
  FlagValue* value = nullptr;
  std::vector<FlagValue>* values = nullptr;
  bool* toggle = nullptr;
  SaidBy* toggled_by = nullptr;
  std::string* argument = nullptr;
  std::vector<std::string>* arguments = nullptr;
  bool required = false;

  std::string names = {}, variable = {};
  CLI::Option* option = nullptr;
  std::vector<std::string> texts = {};  ///< as CLI11 found them
  bool switched = false;
  FlagValue last = {};

  void take(const std::string& text, const std::string& where, SaidBy by) {
    last = {text, where, by};
    switch (kind) {
      case Kind::value: *value = {text, where, by}; break;
      case Kind::list:
        *value = *value ? FlagValue{value->text + "," + text, value->where + "," + text, by} : FlagValue{text, where, by};
        break;
      case Kind::repeated: values->push_back({text, where, by}); break;
      case Kind::toggle:
        *toggle = text == "true";
        if (toggled_by) *toggled_by = by;
        break;
      case Kind::argument:
        if (argument) *argument = text;
        if (arguments) arguments->push_back(text);
        break;
    }
  }

  void refuse_flag_as_value() const {
    for (const std::string& text : texts) {
      if (kind == Kind::argument || !looks_like_flag(text)) continue;
      throw UserError("flag '" + long_name(names) + "' needs a value, found '" + text + "'");
    }
  }

  /// An unset variable of a script: run "$GRID".
  void refuse_empty() const {
    if (std::ranges::find(texts, "") == texts.end()) return;
    throw UserError(kind == Kind::argument ? names + " is empty" : "flag '" + long_name(names) + "' needs a value, found an empty text");
  }

  void take_command_line() {
    refuse_flag_as_value();
    refuse_empty();
    if (kind == Kind::toggle && switched) take("true", long_name(names), SaidBy::flag);
    for (const std::string& text : texts) take(text, long_name(names) + " " + text, SaidBy::flag);
  }

  /// Whether it says something.
  bool take_environment() {
    const char* found = variable.empty() ? nullptr : std::getenv(variable.c_str());
    if (found == nullptr || *found == '\0') return false;
    const std::string text = found;
    const bool off = kind == Kind::toggle && !truth_of(variable, text);
    take(kind != Kind::toggle ? text : off ? "false" : "true", variable + "=" + text, SaidBy::environment);
    return true;
  }

  void take_config(const Setting& setting) {
    const std::string where = describe(setting.place) + ": " + setting.key;
    const bool several = setting.value.is_array();
    if (kind == Kind::toggle) {
      if (!setting.value.is_boolean()) throw UserError(where + " is a switch: true or false");
      take(plain_text(setting.value), where, SaidBy::user_config);
    } else if (several && kind == Kind::repeated) {
      for (const Json& one : setting.value) take(plain_text(one), where, SaidBy::user_config);
    } else if (several && kind == Kind::value) {
      throw UserError(where + " has a list where one value is needed");
    } else if (several) {
      std::vector<std::string> pieces;
      for (const Json& one : setting.value) pieces.push_back(plain_text(one));
      take(join(pieces, ","), where, SaidBy::user_config);
    } else {
      take(plain_text(setting.value), where, SaidBy::user_config);
    }
  }
};

FlagSet::FlagSet(std::string command) : command_(std::move(command)), app_(std::make_unique<CLI::App>()) {
  app_->set_help_flag();  // help is printed before parsing, from our own list
}

FlagSet::~FlagSet() = default;

void FlagSet::bind(const std::string& names, Bound bound, const std::string& value, const std::string& help, Words words) {
  auto made = std::make_unique<Bound>(std::move(bound));
  made->names = names;
  if (made->kind == Kind::toggle) {
    made->option = app_->add_flag(names, made->switched);
  } else {
    made->option = app_->add_option(names, made->texts)->allow_extra_args(false);
    if (made->kind == Kind::argument) made->option->expected(1);
    if (made->arguments) made->option->expected(1, std::numeric_limits<int>::max())->allow_extra_args(true);
  }
  if (made->kind == Kind::argument) {
    const bool several = made->arguments != nullptr;
    arguments_.push_back({several ? names + "..." : names, value, help, {}, {}, std::move(words), false, several});
  } else {
    made->variable = environment_variable(names);
    flags_.push_back({names, value, help, group_, made->variable, std::move(words), made->kind == Kind::list});
  }
  bound_.push_back(std::move(made));
}

void FlagSet::value(const std::string& names, FlagValue& to, const std::string& value, const std::string& help, Words words) {
  Bound bound{.kind = Kind::value};
  bound.value = &to;
  bind(names, std::move(bound), value, help, std::move(words));
}

void FlagSet::list(const std::string& names, FlagValue& to, const std::string& value, const std::string& help, Words words) {
  Bound bound{.kind = Kind::list};
  bound.value = &to;
  bind(names, std::move(bound), value, help, std::move(words));
}

void FlagSet::repeated(const std::string& names, std::vector<FlagValue>& to, const std::string& value, const std::string& help,
                       Words words) {
  Bound bound{.kind = Kind::repeated};
  bound.values = &to;
  bind(names, std::move(bound), value, help, std::move(words));
}

void FlagSet::toggle(const std::string& names, bool& to, const std::string& help, SaidBy* by) {
  Bound bound{.kind = Kind::toggle};
  bound.toggle = &to;
  bound.toggled_by = by;
  bind(names, std::move(bound), {}, help);
}

void FlagSet::argument(const std::string& name, std::string& to, const std::string& help, bool required, Words words) {
  Bound bound{.kind = Kind::argument};
  bound.argument = &to;
  bound.required = required;
  bind(name, std::move(bound), {}, help, std::move(words));
}

void FlagSet::arguments(const std::string& name, std::vector<std::string>& to, const std::string& help, Words words) {
  Bound bound{.kind = Kind::argument};
  bound.arguments = &to;
  bound.required = true;
  bind(name, std::move(bound), {}, help, std::move(words));
}

void FlagSet::parse(const std::vector<std::string>& arguments, std::span<const Setting> config) {
  split(arguments);
  for (const auto& bound : bound_) {
    bound->take_command_line();
    if (bound->option->count() == 0 && bound->kind != Kind::argument && !bound->take_environment()) {
      const std::string name = long_name(bound->names).substr(2);
      const auto said = std::ranges::find(config, name, &Setting::key);
      if (said != config.end()) bound->take_config(*said);
    }
    if (bound->required && bound->option->count() == 0) {
      throw UserError(command_ + " needs " + bound->names + " (see synthbench " + command_ + " --help)");
    }
  }
}

/// CLI11 throws texts of its own, in several lines and words of several kinds; each kind gets one line of ours.
void FlagSet::split(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app_->parse(reversed);
  } catch (const CLI::ExtrasError&) {
    refuse_leftovers(app_->remaining());
  } catch (const CLI::ArgumentMismatch&) {
    throw UserError("flag '" + (arguments.empty() ? std::string() : arguments.back()) + "' needs a value");
  } catch (const CLI::Error& error) {
    throw UserError(command_ + ": " + error.what());
  }
}

void FlagSet::refuse_leftovers(const std::vector<std::string>& leftovers) const {
  for (const auto& bound : bound_) bound->refuse_flag_as_value();  // "-l -m vanilla" leaves 'vanilla' over
  for (const std::string& word : leftovers) {
    if (!looks_like_flag(word)) continue;
    const std::string flag = word.substr(0, word.find('='));
    std::vector<std::string> known = long_names();
    const std::string near = flag.starts_with("--") ? nearest_word(flag.substr(2), known) : std::string();
    throw UserError(command_ + " has no flag '" + flag + "'" +
                    (near.empty() ? " (see synthbench " + command_ + " --help)" : " (did you mean '--" + near + "'?)"));
  }
  throw UserError(command_ + ": '" + leftovers.front() + "' is one argument too many (see synthbench " + command_ + " --help)");
}

std::vector<std::string> FlagSet::given(const std::string& but_group) const {
  std::vector<std::string> words;
  std::size_t flag = 0;
  for (const auto& bound : bound_) {
    if (bound->kind == Kind::argument) continue;
    const Entry& entry = flags_[flag++];
    if (entry.group == but_group) continue;
    if (bound->switched) words.push_back(long_name(bound->names));
    for (const std::string& text : bound->texts) words.insert(words.end(), {long_name(bound->names), text});
  }
  return words;
}

FlagValue FlagSet::said(std::string_view name) const {
  const auto named = [&](const auto& bound) { return bound->kind != Kind::argument && long_name(bound->names).substr(2) == name; };
  const auto found = std::ranges::find_if(bound_, named);
  return found == bound_.end() ? FlagValue{} : (*found)->last;
}

std::vector<std::string> FlagSet::long_names() const {
  std::vector<std::string> names;
  for (const Entry& flag : flags_) names.push_back(long_name(flag.names).substr(2));
  return names;
}

std::string environment_variable(std::string_view names) {
  std::string variable = "SYNTHBENCH_";
  for (const char c : long_name(names).substr(2)) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

std::string FlagValue::source(std::string_view fallback) const {
  if (where.empty()) return std::string(fallback);
  return by == SaidBy::user_config ? where : where.substr(0, where.size() - text.size() - 1);
}

std::string one_of(const FlagValue& flag, const std::string& what, std::span<const std::string> allowed, const std::string& fallback) {
  if (!flag) return fallback;
  if (std::ranges::find(allowed, flag.text) == allowed.end()) {
    throw UserError((flag.by == SaidBy::flag ? "" : flag.where + ": ") + unknown_word(what, flag.text, allowed));
  }
  return flag.text;
}

std::int64_t count_of(const FlagValue& flag, std::int64_t least, std::int64_t fallback) {
  if (!flag) return fallback;
  std::int64_t count = 0;
  const char* end = flag.text.data() + flag.text.size();
  const auto [stop, error] = std::from_chars(flag.text.data(), end, count);
  if (error != std::errc() || stop != end || count < least) {
    throw UserError(flag.where + ": not a whole number from " + std::to_string(least) + " up");
  }
  return count;
}

}  // namespace synthbench
