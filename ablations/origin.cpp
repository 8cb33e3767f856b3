#include "ablations/origin.h"

#include <array>

namespace synthbench {
namespace {

std::string preset_name(const Resolver& resolver, const Point& resolved, const Point& said) {
  static const std::size_t preset = key_index("model.preset");
  const Slot* slot = resolved.has[preset] ? &resolved.slots[preset] : said.has[preset] ? &said.slots[preset] : resolver.fallback(preset);
  return "preset " + resolver.texts().text(*slot);
}

}  // namespace

ValueOrigin::Source source_of(SaidBy by) {
  using enum ValueOrigin::Source;
  switch (by) {
    case SaidBy::command: return command;
    case SaidBy::user_config: return user_config;
    case SaidBy::grid: return grid;
    case SaidBy::environment: return environment;
    case SaidBy::flag: return flag;
  }
  return grid;
}

std::string name(ValueOrigin::Source source) {
  constexpr std::array kNames = {"default", "preset", "derived", "command", "user config", "grid", "environment", "flag"};
  return kNames.at(static_cast<std::size_t>(source));
}

std::optional<ValueOrigin> origin_of(Resolver& resolver, const Point& said, const std::vector<SourceLine>& places, std::size_t key) {
  static const std::size_t batch = key_index("batch"), tokens = key_index("tokens"), batch_tokens = key_index("train.batch_tokens"),
                           kind = key_index("kind");
  const Point& resolved = resolver.resolve(said);
  if (!resolved.has[key]) return std::nullopt;
  const Slot slot = resolved.slots[key];
  const Json value = json_of(keys()[key], slot, resolver.texts());
  if (said.has[key] && said.slots[key] == slot) return ValueOrigin{value, source_of(places[key].by), describe(places[key])};
  if (key == batch) {  // said in another way
    const bool train = resolver.texts().text(resolved.slots[kind]) == "train";
    for (const std::size_t other : {batch_tokens, tokens}) {
      if (!said.has[other] || (other == batch_tokens && !train)) continue;
      return ValueOrigin{value, source_of(places[other].by), describe(places[other]) + ": " + keys()[other].name};
    }
    if (train && resolver.preset(batch_tokens))
      return ValueOrigin{value, ValueOrigin::Source::preset, preset_name(resolver, resolved, said)};
  }
  if (resolver.preset(key) && *resolver.preset(key) == slot)
    return ValueOrigin{value, ValueOrigin::Source::preset, preset_name(resolver, resolved, said)};
  if (resolver.fallback(key) && *resolver.fallback(key) == slot) return ValueOrigin{value, ValueOrigin::Source::fallback, ""};
  return ValueOrigin{value, ValueOrigin::Source::derived, keys()[key].doc};
}

}  // namespace synthbench
