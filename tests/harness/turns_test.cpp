// Which launch comes when.
#include <filesystem>
#include <fstream>

#include "tests/harness/scene.h"

namespace synthbench {
namespace {

class Turns : public Scene {
 protected:
  /// Puts a program in the worker's place that keeps its orders, one a line, and goes on as the worker.
  void keep_orders() {
    options.program_folder = folder();
    const std::string program = folder() + "/synthbench", last = folder() + "/last";
    std::ofstream(program) << "#!/bin/sh\n"
                           << "cat > '" << last << "'\n"
                           << "{ cat '" << last << "'; echo; } >> '" << folder() << "/orders'\n"
                           << "exec '" SYNTHBENCH_BINARY_DIR "/synthbench' \"$@\" < '" << last << "'\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
  /// "vanilla 0", "dense 0": variant and launch of each order.
  std::vector<std::string> orders() const {
    std::ifstream file(folder() + "/orders");
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) {
      const Json order = Json::parse(line);
      out.push_back(order.at("config").at("variant").get<std::string>() + " " + order.at("launch").dump());
    }
    return out;
  }
};

// A drift of the machine meets all cells of a group alike only where their launches take turns.
TEST_F(Turns, TheCellsOfAGroupAreLaunchedOnceEachThenAgain) {
  keep_orders();
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}});
  plan->measure.launches = 3;
  options.order = RunOptions::Order::interleaved;
  ASSERT_EQ(run(*plan).states, (std::map<std::string, std::int64_t>{{"done", 2}}));
  EXPECT_EQ(orders(), (std::vector<std::string>{"vanilla 0", "dense 0", "vanilla 1", "dense 1", "vanilla 2", "dense 2"}));
}

}  // namespace
}  // namespace synthbench
