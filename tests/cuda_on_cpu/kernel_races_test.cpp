// Every access of every kernel of backends/cuda, judged: no two threads touch one word without a barrier between, in shared memory
// or in a gradient that many rows share, under several schedules; and none reaches beyond scratch memory.
#include <gtest/gtest.h>

#include <set>

#include "tests/backends/seam_problem.h"
#include "tests/cuda_on_cpu/backends_under_test.h"
#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/memory.h"
#include "tests/cuda_on_cpu/races.h"

namespace synthbench {
namespace {

/// Small calls, among them some of several tiles for each kernel of cuda: every word that is touched is looked up.
bool is_judged(const SeamCase& seam) { return seam.batch * seam.heads * seam.queries * seam.keys <= 13'000; }

/// Cases take turns: every other one in f32, which all kernels but those of tensor cores know.
DType dtype_of(int number) { return number % 2 == 0 ? DType::f32 : number % 4 == 1 ? DType::bf16 : DType::f16; }

TEST(KernelRaces, ThereAreNone) {
  SCOPED_TRACE(seed_trace());
  std::vector<SeamCase> cases = chosen_cases();
  for (SeamCase& seam : drawn_cases(test_seed(), 10)) cases.push_back(std::move(seam));
  int ran = 0;
  std::set<std::string> kernels;
  for (const std::string& name : cuda_backends()) {
    const auto backend = backends().at(name)();
    for (const SeamCase& seam : cases) {
      if (!is_judged(seam)) continue;
      SCOPED_TRACE(name + ", " + seam.name);
      cuda_on_cpu::set_schedule_seed(test_seed() + static_cast<std::uint64_t>(++ran));
      SeamProblem problem(seam, dtype_of(ran), Arrangement::dense, test_seed());
      kernels.insert(backend->choose(problem.call()).kernel);
      const std::uint64_t before = cuda_on_cpu::accesses_seen();
      EXPECT_NO_THROW(problem.run(*backend));
      EXPECT_GT(cuda_on_cpu::accesses_seen(), before);
    }
  }
  EXPECT_GT(ran, 10);
  EXPECT_EQ(kernels, (std::set<std::string>{"folded", "rows", "tiled", "wmma"}));
  EXPECT_EQ(cuda_on_cpu::device_allocations(), 0u) << "scratch memory outlives its call";
}

TEST(KernelRaces, ResultsDoNotDependOnTheSchedule) {
  SCOPED_TRACE(seed_trace());
  int ran = 0;
  for (const std::string& name : cuda_backends()) {
    const auto backend = backends().at(name)();
    for (const SeamCase& seam : chosen_cases()) {
      if (!is_judged(seam)) continue;
      SCOPED_TRACE(name + ", " + seam.name);
      SeamProblem problem(seam, dtype_of(++ran), Arrangement::dense, test_seed());
      cuda_on_cpu::set_schedule_seed(1);
      const Results first = problem.run(*backend);
      for (std::uint64_t seed = 2; seed < 4; ++seed) {
        cuda_on_cpu::set_schedule_seed(seed);
        EXPECT_TRUE(problem.run(*backend) == first);
      }
    }
  }
}

}  // namespace
}  // namespace synthbench
