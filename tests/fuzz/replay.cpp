// Plays a kept corpus through a target without libFuzzer:  fuzz_NAME CORPUS SECONDS
// First each file as it is, then for SECONDS changed copies of them, drawn from the test seed.
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/one_input.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using Draw = std::mt19937_64;

constexpr std::string_view kMarks = "\"-*+,=()[]{}0919e.'";  ///< of the languages that are read

std::vector<std::string> read_corpus(const char* folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

std::size_t below(Draw& draw, std::size_t bound) { return bound == 0 ? 0 : draw() % bound; }

/// One small change: a byte, a bit, a piece taken away, doubled, or taken from another input.
void change(std::string& input, const std::vector<std::string>& corpus, Draw& draw) {
  const std::size_t at = below(draw, input.size() + 1), length = 1 + below(draw, 8);
  switch (draw() % 6) {
    case 0: input.insert(at, 1, static_cast<char>(draw())); break;
    case 1: input.erase(std::min(at, input.size()), length); break;
    case 2: input.insert(at, input.substr(below(draw, input.size()), length)); break;
    case 3:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << draw() % 8));
      break;
    case 4: input.insert(at, 1, kMarks[below(draw, kMarks.size())]); break;
    default: {
      const std::string& other = corpus[below(draw, corpus.size())];
      input.insert(at, other.substr(below(draw, other.size()), 1 + below(draw, 40)));
    }
  }
}

void run_one(const std::string& input) {
  try {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  } catch (const std::exception& error) {
    std::ofstream("failing-input", std::ios::binary) << input;
    std::fprintf(stderr, "%s\nSYNTHBENCH_TEST_SEED=%llu; the input is in the file failing-input:\n%s\n", error.what(),
                 static_cast<unsigned long long>(test_seed()), input.c_str());
    throw;
  }
}

int replay(const char* folder, double seconds) {
  const std::vector<std::string> corpus = read_corpus(folder);
  if (corpus.empty()) throw std::runtime_error(std::string(folder) + " holds no inputs");
  for (const std::string& input : corpus) run_one(input);
  Draw draw(test_seed());
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::size_t changed = 0;
  for (; std::chrono::steady_clock::now() < end; ++changed) {
    std::string input = corpus[below(draw, corpus.size())];
    for (std::size_t changes = 1 + below(draw, 8); changes > 0; --changes) change(input, corpus, draw);
    run_one(input);
  }
  std::printf("%zu inputs as they are, %zu changed\n", corpus.size(), changed);
  return 0;
}

}  // namespace
}  // namespace synthbench

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: %s CORPUS SECONDS\n", arguments[0]), 2;
  return synthbench::replay(arguments[1], std::stod(arguments[2]));
}
