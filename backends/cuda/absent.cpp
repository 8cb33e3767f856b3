// In place of the kernels, where they were not compiled: backends that refuse every call and say why.
#include "backends/core/attention.h"

namespace synthbench {
namespace {

class AbsentBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall&) const override { return {{}, {}, "this program was built without CUDA: " SYNTHBENCH_CUDA_WHY_NOT}; }

 private:
  void do_forward(const AttentionCall&, const AttentionOutputs&) override {}
  void do_backward(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&) override {}
};

bool add_absent(const std::string& name) {
  return backends().add(name, [] { return std::unique_ptr<AttentionBackend>(std::make_unique<AbsentBackend>()); });
}

const bool registered = add_absent("cuda");
const bool naive_registered = add_absent("cuda_naive");

}  // namespace
}  // namespace synthbench
