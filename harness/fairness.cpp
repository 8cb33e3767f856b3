#include "harness/fairness.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "ablations/cost.h"
#include "ablations/keys.h"
#include "ablations/model_cost.h"
#include "harness/base/error.h"
#include "harness/base/plain_text.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

struct Size {
  std::int64_t parameters = 0, flops = 0;
};

Size size_of(const Config& config) {
  if (config.text("kind") == "train" || config.text("scope") == "step") {
    const ModelShape model = model_shape(config);
    const Flops flops = model_flops(model, config.integer("batch"));
    return {model_parameters(model), flops.forward + flops.backward};
  }
  const LayerConfig layer = config.layer();
  const std::int64_t length = config.integer("seq_len");
  const Flops flops = layer_flops(config.mixture(), layer, {config.integer("batch"), layer.heads, length, length, layer.head_dim});
  return {layer_parameters(config.mixture(), layer), flops.forward + flops.backward};
}

/// All that two cells must share to be compared.
std::string group_of(const Config& config) {
  static constexpr std::array<std::string_view, 5> kFree = {"variant", "backend", "device", "dtype", "threads"};
  Json rest = Json::object();
  for (const auto& [key, value] : config.json().items()) {
    const bool free = std::find(kFree.begin(), kFree.end(), key) != kFree.end();
    if (!free && key_at(key).use != KeyUse::variant) rest[key] = value;
  }
  return rest.dump();
}

struct Sized {
  std::string variant, group;
  Size size;
};

/// Counted once per config: seeds share theirs.
class Sizes {
 public:
  const Sized& of(const PlannedCell& cell) {
    const auto [place, fresh] = known_.try_emplace(cell.config_sha);
    if (fresh) place->second = {cell.config.text("variant"), group_of(cell.config), size_of(cell.config)};
    return place->second;
  }

 private:
  std::unordered_map<std::string, Sized> known_;
};

struct Reference {
  std::string variant;
  Size size;
};

/// "33.1 % more parameters than vanilla", empty within the rule.
std::string excess(std::int64_t mine, std::int64_t reference, double most, const char* what, const std::string& than) {
  const double share = reference == 0 ? (mine == 0 ? 0.0 : INFINITY) : static_cast<double>(mine) / static_cast<double>(reference) - 1;
  if (std::abs(share) <= most) return "";
  if (std::isinf(share)) return fmt::format("{} {}, where {} has none", mine, what, than);
  if (share >= 9.995) return fmt::format("{:.3g} times the {} of {}", share + 1, what, than);
  return fmt::format("{:.3g} % {} {} than {}", 100 * std::abs(share), share > 0 ? "more" : "fewer", what, than);
}

}  // namespace

MatchRule match_rule(const Grid& grid) {
  MatchRule rule;
  for (const Setting& setting : grid.match) {
    try {
      if (setting.key == "params") rule.params = parse_fraction(plain_text(setting.value));
      if (setting.key == "flops") rule.flops = parse_fraction(plain_text(setting.value));
      if (setting.key == "action") {
        static const std::vector<std::string> actions = {"warn", "exclude"};
        const std::string action = plain_text(setting.value);
        if (std::find(actions.begin(), actions.end(), action) == actions.end()) throw UserError(unknown_word("action", action, actions));
        rule.excludes = action == "exclude";
      }
    } catch (const UserError& error) {
      fail(setting.place, "[match] " + setting.key + ": " + error.what());
    }
    if (setting.key != "action") rule.place = setting.place;
  }
  return rule;
}

std::vector<Unmatched> unmatched(const Plan& plan, const Plan& whole, const MatchRule& rule) {
  Sizes sizes;
  std::unordered_map<std::string, Reference> references;
  for (std::int64_t i = 0; i < whole.size(); ++i) {
    if (whole.excluded(i)) continue;
    const PlannedCell cell = whole.cell(i);
    const Sized& sized = sizes.of(cell);
    const auto [reference, first] = references.try_emplace(sized.group, Reference{sized.variant, sized.size});
    if (!first && sized.variant == "vanilla") reference->second = {sized.variant, sized.size};
  }
  std::vector<Unmatched> found;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    if (plan.excluded(i)) continue;
    const Sized& sized = sizes.of(plan.cell(i));
    const Reference& reference = references.at(sized.group);
    std::vector<std::string> parts;
    const auto compare = [&](std::optional<double> most, std::int64_t Size::*count, const char* what) {
      if (!most) return;
      const std::string part = excess(sized.size.*count, reference.size.*count, *most, what, reference.variant);
      if (!part.empty()) parts.push_back(part);
    };
    compare(rule.params, &Size::parameters, "parameters");
    compare(rule.flops, &Size::flops, "operations");
    if (!parts.empty()) found.push_back({i, sized.variant, join(parts, ", ")});
  }
  return found;
}

}  // namespace synthbench
