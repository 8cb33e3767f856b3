#include "harness/verdict.h"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "harness/aggregate.h"
#include "harness/base/error.h"
#include "harness/base/units.h"

namespace synthbench {
namespace {

/// The size of what ran, where the plan knows it: a whole model's depends on the vocabulary of its data.
std::string other_size(const Json& ran, const Config& config) {
  if (config.text("kind") != "speed" || config.text("scope") == "step") return {};
  const std::int64_t planned = parameters_of(config);
  if (!ran.contains("parameters") || !ran.at("parameters").is_number_integer())
    return "the worker does not report the parameters that it ran";
  const auto reported = ran.at("parameters").get<std::int64_t>();
  if (reported == planned) return {};
  return fmt::format("the worker ran {} parameters, asked were {}", format_count(reported), format_count(planned));
}

/// What differs between a "ran" record and the plan; empty: nothing.
std::string mismatch(const Json& ran, const Config& config) {
  for (const char* key : {"variant", "backend", "dtype"}) {
    if (!ran.contains(key) || !ran.at(key).is_string()) return fmt::format("the worker does not report the {} that it ran", key);
    const std::string& reported = ran.at(key).get_ref<const std::string&>();
    if (reported != config.text(key))
      return fmt::format("the worker ran {} '{}', asked was '{}'", key, on_one_line(reported), config.text(key));
  }
  if (std::string difference = other_size(ran, config); !difference.empty()) return difference;
  const std::string label = ran.value("label", "");
  for (const char* known : {"", "reference", "optimised", "simulated"}) {
    if (label == known) return {};
  }
  return fmt::format("the worker gives its kernel the unknown label '{}'", on_one_line(label));
}

Verdict judge_signal(const LaunchResult& launch, std::int64_t memory_limit) {
  const int signal = *launch.term_signal;
  const auto peak = static_cast<double>(launch.peak_rss_bytes);
  if (launch.group_killed) {
    return {"oom",
            fmt::format("ended by the kernel: its control group reached the memory limit of {}",
                        format_bytes(static_cast<double>(memory_limit))),
            "memory_limit"};
  }
  if (memory_limit > 0 && peak > 0.9 * static_cast<double>(memory_limit)) {
    return {"oom",
            fmt::format("{} at {} of memory, the limit is {}", signal_name(signal), format_bytes(peak),
                        format_bytes(static_cast<double>(memory_limit))),
            "memory_limit"};
  }
  if (signal == SIGKILL && launch.kernel_killed) {
    return {"oom", fmt::format("ended by the kernel's out-of-memory killer at {} of memory", format_bytes(peak)), "oom_killer"};
  }
  return {"crashed", "worker ended by " + signal_name(signal), "signal"};
}

}  // namespace

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* description = ::sigdescr_np(signal);
  if (name == nullptr || description == nullptr) return fmt::format("signal {}", signal);
  return fmt::format("SIG{} ({})", name, description);
}

Verdict judge(const LaunchResult& launch, const Config& config, const Expectations& expected) {
  if (!launch.protocol_error.empty()) return {"failed", on_one_line(launch.protocol_error), "protocol"};
  for (const Json& ran : launch.rans) {
    if (std::string difference = mismatch(ran, config); !difference.empty()) return {"failed", std::move(difference), "mismatch"};
  }
  if (launch.timed_out) return {"timeout", fmt::format("no end within the timeout of {}", format_seconds(expected.timeout)), "timeout"};
  if (launch.term_signal) return judge_signal(launch, expected.memory_limit);
  if (launch.exit_code && *launch.exit_code != 0) {
    return {"failed", fmt::format("worker exited with code {}", *launch.exit_code), "exit_code"};
  }
  if (!launch.end) return {"failed", "worker ended without an end record", "protocol"};
  const Json& end = *launch.end;
  const std::string outcome = end.value("outcome", "");
  if (!expected.source_sha.empty() && end.value("source_sha", "") != expected.source_sha) {
    return {"failed", "the worker's program is of another build than this one: build both, run again", "build"};
  }
  if (outcome == "done" && !launch.ran) return {"failed", "the worker does not report what it ran", "protocol"};
  if (outcome == "done") return {"done", "", ""};
  if (outcome != "failed" && outcome != "oom" && outcome != "unsupported") {
    return {"failed", fmt::format("an end record with the unknown outcome '{}'", on_one_line(outcome)), "protocol"};
  }
  std::string reason = on_one_line(end.value("reason", ""));
  if (reason.empty()) reason = "the worker gives no reason";
  if (outcome == "oom" && expected.memory_limit > 0) {
    reason += fmt::format(" (memory limit {}, RLIMIT_DATA)", format_bytes(static_cast<double>(expected.memory_limit)));
  }
  return {outcome, reason, end.value("error_class", "")};
}

}  // namespace synthbench
