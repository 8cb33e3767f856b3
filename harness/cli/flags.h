#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ablations/grid.h"
#include "harness/base/error.h"

namespace CLI {
class App;
}

namespace synthbench {

/// What was said for one flag, and where. Texts become numbers only where they are used, so that every refusal is ours.
struct FlagValue {
  std::string text{};
  std::string where{};  ///< "--seq-len 8x", "SYNTHBENCH_SEQ_LEN=8x", "config.toml:3: seq-len"; empty: not given
  SaidBy by = SaidBy::flag;
  explicit operator bool() const { return !where.empty(); }
  /// where without the value: "--seq-len", "SYNTHBENCH_SEQ_LEN", "config.toml:3: seq-len"; fallback when nothing was given.
  std::string source(std::string_view fallback) const;
};

/// The flags and arguments of one command. CLI11 splits the command line; help, environment and error texts are ours.
///
/// Each flag has a twin in the environment, --seq-len is SYNTHBENCH_SEQ_LEN, and one in the user's config file, seq-len.
/// The command line wins, then the environment.
class FlagSet {
 public:
  struct Entry {
    std::string names;  ///< "-l,--seq-len"
    std::string value;  ///< "RANGE"; empty: a switch
    std::string help, group, variable;
    std::vector<std::string> words{};  ///< values that are known beforehand, offered by completion; empty: anything
    bool list = false;                 ///< several of them, joined by commas
    bool repeated = false;             ///< an argument that takes all words that are left, "FILE..."
  };

  /// command: for error texts, "plan".
  explicit FlagSet(std::string command);
  ~FlagSet();
  FlagSet(const FlagSet&) = delete;
  FlagSet& operator=(const FlagSet&) = delete;

  /// Heading in --help of what is declared from here on.
  void group(std::string title) { group_ = std::move(title); }
  /// words: what completion offers for the value; nothing is checked here.
  using Words = std::vector<std::string>;
  /// One text; said twice, the last one counts.
  void value(const std::string& names, FlagValue& to, const std::string& value, const std::string& help, Words words = {});
  /// One text; said twice, the texts are joined by commas, as a longer list.
  void list(const std::string& names, FlagValue& to, const std::string& value, const std::string& help, Words words = {});
  /// Any number of texts.
  void repeated(const std::string& names, std::vector<FlagValue>& to, const std::string& value, const std::string& help, Words words = {});
  void toggle(const std::string& names, bool& to, const std::string& help, SaidBy* by = nullptr);  ///< by: who said the last word
  /// The next word that is not a flag, "GRID".
  void argument(const std::string& name, std::string& to, const std::string& help, bool required = true, Words words = {});
  /// All words that are not flags, one at least: "FILE...".
  void arguments(const std::string& name, std::vector<std::string>& to, const std::string& help, Words words = {});

  /// Throws UserError with the nearest known flag. Reads the environment for what the command line leaves open, and config
  /// (long names of flags, also of other commands' ones) for what the environment does.
  void parse(const std::vector<std::string>& arguments, std::span<const Setting> config = {});

  /// What parse() found for a flag, by its long name without dashes; the last of several. A switch is "true" or "false".
  FlagValue said(std::string_view name) const;

  /// The flags that the command line gave, as words that give them again: {"--retry", "oom,timeout"}; without those of a group.
  std::vector<std::string> given(const std::string& but_group) const;

  const std::vector<Entry>& flags() const { return flags_; }
  const std::vector<Entry>& arguments() const { return arguments_; }
  std::vector<std::string> long_names() const;

 private:
  struct Bound;
  void bind(const std::string& names, Bound bound, const std::string& value, const std::string& help, Words words = {});
  void split(const std::vector<std::string>& arguments);
  void refuse_leftovers(const std::vector<std::string>& leftovers) const;

  std::string command_, group_ = "Flags";
  std::unique_ptr<CLI::App> app_;
  std::vector<std::unique_ptr<Bound>> bound_;
  std::vector<Entry> flags_, arguments_;
};

/// SYNTHBENCH_SEQ_LEN of "-l,--seq-len".
std::string environment_variable(std::string_view names);

/// The text of a flag if it is one of the allowed words, or fallback when it is not given.
/// Throws UserError "unknown format 'jsn' (did you mean 'json'?)".
std::string one_of(const FlagValue& flag, const std::string& what, std::span<const std::string> allowed, const std::string& fallback);

/// What a reader of units (harness/base/units.h) makes of the text; its complaint gets the flag in front.
template <typename Reader>
auto read_as(const FlagValue& flag, Reader reader) {
  try {
    return reader(flag.text);
  } catch (const UserError& error) {
    throw UserError(flag.where + ": " + error.what());
  }
}

/// A whole number from least up. Throws UserError "--jobs many: not a whole number from 1 up".
std::int64_t count_of(const FlagValue& flag, std::int64_t least, std::int64_t fallback);

}  // namespace synthbench
