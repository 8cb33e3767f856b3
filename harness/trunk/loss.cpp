#include "harness/trunk/loss.h"

namespace synthbench {
namespace {

namespace F = torch::nn::functional;

torch::Tensor ids(const std::vector<std::int32_t>& values) {
  return torch::from_blob(const_cast<std::int32_t*>(values.data()), {static_cast<std::int64_t>(values.size())}, torch::kInt).clone();
}

}  // namespace

TensorBatch tensors_of(const Batch& batch, const torch::Device& device) {
  TensorBatch t;
  t.inputs = ids(batch.inputs).to(device, torch::kLong).view({batch.rows, batch.cols});
  t.targets = ids(batch.targets).to(device, torch::kLong).view({batch.rows, batch.cols});
  if (!batch.lengths.empty()) t.lengths = ids(batch.lengths).to(device);
  return t;
}

Loss token_loss(const torch::Tensor& logits, const torch::Tensor& targets, double smoothing) {
  const torch::Tensor rows = logits.flatten(0, 1), wanted = targets.flatten();
  Loss loss;
  loss.tokens = (wanted != Batch::kIgnored).sum().item<std::int64_t>();
  const auto options = F::CrossEntropyFuncOptions().ignore_index(Batch::kIgnored).reduction(torch::kSum);
  const torch::Tensor nats = F::cross_entropy(rows, wanted, options);
  loss.total_nats = nats.item<double>();
  const torch::Tensor sum =
      smoothing > 0 ? F::cross_entropy(rows, wanted, F::CrossEntropyFuncOptions(options).label_smoothing(smoothing)) : nats;
  loss.objective = sum / static_cast<double>(std::max<std::int64_t>(loss.tokens, 1));
  return loss;
}

}  // namespace synthbench
