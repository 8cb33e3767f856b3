#include "harness/worker.h"

#include <cxxabi.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <typeinfo>

#include "harness/base/words.h"
#include "harness/job.h"
#include "harness/measure/peak_memory.h"
#include "harness/provenance.h"

namespace synthbench {
namespace {

/// The kernel ends this process when the thread that started it ends; Ctrl-C in a terminal is the supervisor's affair.
void tie_to_supervisor() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

/// The supervisor may have died before prctl was called: then init, or a subreaper, is the parent by now.
bool orphaned(const WorkerOrder& order) { return order.supervisor > 0 && ::getppid() != order.supervisor; }

/// RLIMIT_DATA counts private writable memory: what an allocation asks for, not the address space that libraries reserve.
void limit_memory(std::int64_t bytes) {
  if (bytes <= 0) return;
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  if (::setrlimit(RLIMIT_DATA, &limit) != 0) std::perror("setrlimit(RLIMIT_DATA)");
}

/// Device "cuda:1": CUDA and LibTorch see the second of the GPUs that they would have seen, and no other.
void show_device(const std::string& device) {
  constexpr std::string_view numbered = "cuda:";
  ::setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 0);  // as nvidia-smi and the machine's facts count them
  if (!device.starts_with(numbered)) return;
  const char* shown = std::getenv("CUDA_VISIBLE_DEVICES");
  const std::string which = device.substr(numbered.size());
  const std::vector<std::string> gpus = shown != nullptr ? split(shown, ',') : std::vector<std::string>();
  const std::size_t index = std::strtoull(which.c_str(), nullptr, 10);
  if (shown != nullptr && index >= gpus.size()) {
    throw Unsupported(fmt::format("device {}: CUDA_VISIBLE_DEVICES shows {} of the GPUs", device, gpus.size()));
  }
  ::setenv("CUDA_VISIBLE_DEVICES", shown != nullptr ? gpus[index].c_str() : which.c_str(), 1);
}

std::string job_of(const Config& config) {
  const std::string& kind = config.text("kind");
  return kind == "speed" ? config.text("scope") : kind;
}

/// Allocation failures that come as texts: LibTorch throws c10::Error, CUDA its own.
bool says_out_of_memory(std::string_view text) {
  for (const char* words : {"not enough memory", "can't allocate memory", "out of memory", "Cannot allocate memory", "std::bad_alloc"}) {
    if (text.find(words) != std::string_view::npos) return true;
  }
  return false;
}

std::string class_of(const std::exception& error) {
  const char* mangled = typeid(error).name();
  int status = 0;
  char* plain = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string name = status == 0 ? plain : mangled;
  std::free(plain);
  return name.starts_with("synthbench::") ? name.substr(12) : name;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

Json end(const char* outcome, std::string_view reason, const std::string& error_class) {
  return {{"type", "end"}, {"outcome", outcome}, {"reason", first_line(reason)}, {"error_class", error_class}};
}

Json outcome_of(const std::function<void()>& work) {
  try {
    work();
    return end("done", "", "");
  } catch (const Unsupported& error) {
    return end("unsupported", error.what(), "Unsupported");
  } catch (const std::bad_alloc&) {
    return end("oom", "out of memory: an allocation failed", "std::bad_alloc");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    const bool oom = says_out_of_memory(error.what());
    return end(oom ? "oom" : "failed", error.what(), class_of(error));
  } catch (...) {
    return end("failed", "something that is no std::exception was thrown", "unknown");
  }
}

}  // namespace

int run_worker() {
  const double began = steady_seconds();
  double launched_at = began;
  tie_to_supervisor();
  const RecordWriter records;
  Json last = outcome_of([&] {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const WorkerOrder order = order_from_json(Json::parse(text));
    if (orphaned(order)) ::_exit(0);
    if (order.launched_at > 0) launched_at = order.launched_at;
    limit_memory(order.memory_limit);
    show_device(order.config.text("device"));
    if (order.config.text("kind") == "speed") keep_freed_memory();
    jobs().at(job_of(order.config))(order, records);
  });
  last["peak_rss_bytes"] = peak_rss_bytes();
  last["start_up_seconds"] = std::max(0.0, began - launched_at);
  last["source_sha"] = this_build().source_sha;  // somebody may have built anew since the supervisor started
  records.write(last);
  return 0;
}

}  // namespace synthbench
