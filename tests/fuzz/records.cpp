// A worker that writes anything: its cell gets an end in words, and nothing that the database would refuse.
#include "ablations/config.h"
#include "harness/attempt.h"
#include "harness/process.h"
#include "harness/verdict.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

Config a_cell() {
  return Config(Json{{"kind", "speed"},
                     {"variant", "vanilla"},
                     {"backend", "eigen"},
                     {"dtype", "f32"},
                     {"scope", "attend"},
                     {"direction", "fwd"},
                     {"seq_len", 16},
                     {"batch", 1},
                     {"heads", 2},
                     {"head_dim", 8},
                     {"d_model", 16},
                     {"causal", false},
                     {"max_len", 16}});
}

/// The bytes in two pieces, cut where the first byte says.
LaunchResult received(std::string_view bytes) {
  LaunchResult launch;
  launch.exit_code = 0;
  RecordReader reader;
  const std::size_t cut = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front()) % bytes.size();
  try {
    for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
      reader.feed(piece);
      while (auto record = reader.next()) launch.accept(std::move(*record));
    }
  } catch (const ProtocolError& error) {
    launch.protocol_error = error.what();
  }
  return launch;
}

void fuzz(std::string_view bytes) {
  static const Config config = a_cell();
  LaunchResult launch = received(bytes);
  const Verdict verdict = judge(launch, config, {});
  always(verdict.outcome.empty() == false && verdict.reason.empty() == (verdict.outcome == "done"), "an end without its reason");
  if (!verdict.reason.empty()) check_refusal(verdict.reason);
  ClaimedCell claimed;
  claimed.config = config.json();
  Attempt attempt(claimed, MeasureSettings());
  attempt.add(std::move(launch), verdict);
  const AttemptResult result = attempt.result("", Json::object());
  if (result.outcome != "done") always(result.samples.empty() && result.metrics.empty(), "numbers of a speed cell that is not done");
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
