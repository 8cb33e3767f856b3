#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/plan.h"

namespace synthbench {

/// A plan of tiny speed cells, from the same texts as flags: {{"variant", "vanilla,dense"}, {"seq_len", "16-64*2"}}.
inline std::unique_ptr<Plan> tiny_plan(const std::vector<std::pair<std::string, std::string>>& axes, const std::string& name = "tiny") {
  PlanRequest request;
  request.name = name;
  for (const auto& [key, values] :
       std::vector<std::pair<std::string, std::string>>{{"batch", "1"}, {"heads", "2"}, {"d_model", "16"}, {"threads", "1"}}) {
    request.overrides.push_back({key, values, key});
  }
  for (const auto& [key, values] : axes) request.overrides.push_back({key, values, key});
  auto plan = make_plan(request);
  plan->measure.launches = 1;
  plan->measure.repetitions = 3;
  plan->measure.min_time = 0.002;
  plan->measure.timeout = 20;
  return plan;
}

/// The resolved config of a one-cell plan.
inline Config config_of(const std::vector<std::pair<std::string, std::string>>& axes) { return tiny_plan(axes)->cell(0).config; }

}  // namespace synthbench
