// Calls that are carried to a device and back, with a device that is told apart by its addresses: what computes there sees its own
// memory alone, and the host gets every result.
#include "backends/core/ferry.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <stdexcept>

#include "tests/backends/seam_problem.h"
#include "tests/parity/seam_cases.h"

namespace synthbench {
namespace {

/// Memory of which it is known where it begins and ends.
struct Blocks {
  std::map<const std::byte*, std::vector<std::byte>> alive;
  int allocated = 0, synchronized = 0;

  bool hold(const void* address) const {
    const auto* byte = static_cast<const std::byte*>(address);
    const auto after = alive.upper_bound(byte);
    if (after == alive.begin()) return false;
    const auto& [begin, block] = *std::prev(after);
    return byte < begin + block.size();
  }
};

class BlockMemory final : public DeviceMemory {
 public:
  explicit BlockMemory(Blocks& blocks) : blocks_(blocks) {}
  void* allocate(std::size_t bytes) override {
    std::vector<std::byte> block(bytes, std::byte{0xFF});  // NaN
    std::byte* const begin = block.data();
    blocks_.alive.emplace(begin, std::move(block));
    ++blocks_.allocated;
    return begin;
  }
  void release(void* device) noexcept override { blocks_.alive.erase(static_cast<std::byte*>(device)); }
  void upload(void* device, const void* host, std::size_t bytes) override { std::memcpy(device, host, bytes); }
  void download(void* host, const void* device, std::size_t bytes) override {
    EXPECT_GT(blocks_.synchronized, 0) << "what is fetched too early is not finished";
    std::memcpy(host, device, bytes);
  }
  void synchronize() override { ++blocks_.synchronized; }

 private:
  Blocks& blocks_;
};

/// The eigen backend as if it computed on a device.
class OnDevice final : public AttentionBackend {
 public:
  Blocks blocks;

  std::unique_ptr<DeviceMemory> device_memory() const override { return std::make_unique<BlockMemory>(const_cast<Blocks&>(blocks)); }
  Choice choose(const AttentionCall& call) const override {
    if (call.value.place == Place::host) return {{}, {}, "value is on the host"};
    return {"there", "optimised", {}};
  }

 private:
  ConstView here(ConstView view) const {
    if (!view) return view;
    if (view.place != Place::cuda || !blocks.hold(view.data)) throw std::logic_error("an operand is not on the device");
    view.place = Place::host;
    return view;
  }
  View here(const View& view) const {
    View back = view;
    back.place = here(ConstView(view)).place;
    return back;
  }
  AttentionOutputs here(const AttentionOutputs& outputs) const { return {here(outputs.out), here(outputs.lse)}; }
  AttentionCall here(const AttentionCall& from, std::vector<LogitTerm>& terms) const {
    AttentionCall call = from;
    terms.assign(from.terms.begin(), from.terms.end());
    for (LogitTerm& term : terms) term.lhs = here(term.lhs), term.rhs = here(term.rhs);
    call.terms = terms;
    call.value = here(from.value);
    call.mask.key_lengths = here(from.mask.key_lengths);
    return call;
  }

  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    std::vector<LogitTerm> terms;
    eigen_->forward(here(call, terms), here(outputs));
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    std::vector<LogitTerm> terms;
    std::vector<AttentionGrads::Term> sides;
    for (const AttentionGrads::Term& term : grads.terms)
      sides.push_back({term.lhs ? here(term.lhs) : View(), term.rhs ? here(term.rhs) : View()});
    eigen_->backward(here(call, terms), here(outputs), here(grad_out), {sides, grads.value ? here(grads.value) : View()});
  }

  std::unique_ptr<AttentionBackend> eigen_ = backends().at("eigen")();
};

std::vector<SeamCase> small_cases() {
  std::vector<SeamCase> cases = chosen_cases();
  std::erase_if(cases, [](const SeamCase& seam) { return seam.batch * seam.heads * seam.queries * seam.keys > 70'000; });
  return cases;
}

TEST(Ferry, ACallThatIsCarriedToADeviceGivesTheSameBits) {
  const auto eigen = backends().at("eigen")();
  OnDevice real;
  const auto carried = ferried(real);
  ASSERT_GT(small_cases().size(), 30u);
  for (const SeamCase& seam : small_cases()) {
    for (const Arrangement arrangement : {Arrangement::dense, Arrangement::strided, Arrangement::sliced, Arrangement::split_heads}) {
      SCOPED_TRACE(seam.name + ", " + std::string(name(arrangement)));
      SeamProblem there(seam, DType::f32, arrangement, test_seed());
      EXPECT_EQ(carried->choose(there.call()).kernel, "there");
      const Results computed = there.run(*carried), wanted = SeamProblem(seam, DType::f32, arrangement, test_seed()).run(*eigen);
      for (const auto& [tensor, numbers] : wanted) {
        EXPECT_EQ(std::memcmp(computed.at(tensor).data(), numbers.data(), numbers.size() * sizeof(double)), 0) << tensor;
      }
      EXPECT_EQ(there.trespasses(), std::vector<std::string>());
      EXPECT_TRUE(real.blocks.alive.empty()) << "what a call brought is taken away with it";
    }
  }
}

TEST(Ferry, UnwantedGradientsStayAbsent) {
  OnDevice real;
  const auto carried = ferried(real);
  SeamProblem problem(chosen_cases().at(1), DType::f32, Arrangement::dense, test_seed());
  problem.run(*carried, {"grad.value", "grad.term0.lhs"});
  for (const char* unwanted : {"grad.value", "grad.term0.lhs"}) {
    for (const double number : problem.get(unwanted)) ASSERT_EQ(number, 0.0) << unwanted;
  }
}

TEST(Ferry, OperandsThatStayOnTheDeviceAreBroughtThereOnce) {
  OnDevice real;
  const auto memory = real.device_memory();
  const auto eigen = backends().at("eigen")();
  const SeamCase seam = chosen_cases().at(1);
  SeamProblem problem(seam, DType::f32, Arrangement::dense, test_seed());
  problem.poison_outputs();
  problem.zero_gradients();
  {
    FerriedCall resident(memory.get(), problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
    const int brought = real.blocks.allocated;
    for (int call = 0; call < 2; ++call) {
      real.forward(resident.call(), resident.outputs());
      real.backward(resident.call(), resident.outputs(), resident.grad_out(), resident.grads());
    }
    EXPECT_EQ(real.blocks.allocated, brought);
    resident.bring_back();
  }
  EXPECT_TRUE(real.blocks.alive.empty());
  SeamProblem wanted(seam, DType::f32, Arrangement::dense, test_seed());
  wanted.run(*eigen);
  eigen->backward(wanted.call(), wanted.outputs(), wanted.grad_out(), wanted.grads());
  EXPECT_EQ(problem.results(), wanted.results());
}

TEST(Ferry, WithoutADeviceNothingMoves) {
  SeamProblem problem(chosen_cases().at(1), DType::f32, Arrangement::dense, test_seed());
  const FerriedCall resident(nullptr, problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
  EXPECT_EQ(resident.call().value.data, problem.call().value.data);
  EXPECT_EQ(resident.outputs().out.data, problem.outputs().out.data);
  EXPECT_EQ(resident.call().value.place, Place::host);
}

}  // namespace
}  // namespace synthbench
