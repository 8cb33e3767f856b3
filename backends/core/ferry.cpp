#include "backends/core/ferry.h"

#include <algorithm>

namespace synthbench {
namespace {

Layout on_device(Layout layout) {
  layout.place = Place::cuda;
  return layout;
}

ConstView labelled(const ConstView& view) { return {on_device(view), view.data}; }

std::size_t bytes_of(const Layout& layout) {
  const Axes &e = layout.shape, &s = layout.stride;
  const std::int64_t last = offset(s, e.batch - 1, e.head - 1, e.row - 1, e.col - 1);
  return static_cast<std::size_t>(last + 1) * size_of(layout.dtype);
}

/// A call whose views went through `move`; its terms live in `terms`.
template <typename Move>
AttentionCall moved(const AttentionCall& from, std::vector<LogitTerm>& terms, Move move) {
  AttentionCall call = from;
  terms.assign(from.terms.begin(), from.terms.end());
  for (LogitTerm& term : terms) {
    term.lhs = move(term.lhs);
    term.rhs = move(term.rhs);
  }
  call.terms = terms;
  call.value = move(from.value);
  call.mask.key_lengths = move(from.mask.key_lengths);
  return call;
}

class Ferried final : public AttentionBackend {
 public:
  explicit Ferried(AttentionBackend& real) : real_(real), memory_(real.device_memory()) {}

  Choice choose(const AttentionCall& call) const override {
    std::vector<LogitTerm> terms;
    return real_.choose(moved(call, terms, labelled));
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    FerriedCall there(memory_.get(), call, outputs);
    real_.forward(there.call(), there.outputs());
    there.bring_back();
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    FerriedCall there(memory_.get(), call, outputs, grad_out, grads);
    real_.backward(there.call(), there.outputs(), there.grad_out(), there.grads());
    there.bring_back();
  }

  AttentionBackend& real_;
  std::unique_ptr<DeviceMemory> memory_;
};

}  // namespace

Ferry::~Ferry() {
  for (const Copy& copy : copies_) memory_->release(copy.device);
}

Ferry::Copy& Ferry::copy_of(const Layout& layout, const void* home) {
  const std::size_t bytes = bytes_of(layout);
  const auto same = [&](const Copy& copy) { return copy.home == home && copy.bytes == bytes; };
  if (const auto found = std::ranges::find_if(copies_, same); found != copies_.end()) return *found;
  Copy& copy = copies_.emplace_back(Copy{home, memory_->allocate(bytes), nullptr, bytes});
  memory_->upload(copy.device, home, bytes);
  return copy;
}

ConstView Ferry::over(const ConstView& view) {
  return view && memory_ != nullptr ? ConstView(on_device(view), copy_of(view, view.data).device) : view;
}

View Ferry::over(const View& view) {
  if (!view || memory_ == nullptr) return view;
  View there;
  static_cast<Layout&>(there) = on_device(view);
  Copy& copy = copy_of(view, view.data);
  copy.written = view.data;
  there.data = copy.device;
  return there;
}

void Ferry::bring_back() {
  if (memory_ == nullptr) return;
  memory_->synchronize();
  for (const Copy& copy : copies_) {
    if (copy.written != nullptr) memory_->download(copy.written, copy.device, copy.bytes);
  }
}

FerriedCall::FerriedCall(DeviceMemory* memory, const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                         const AttentionGrads& grads)
    : ferry_(memory),
      call_(moved(call, terms_, [&](const ConstView& view) { return ferry_.over(view); })),
      outputs_{ferry_.over(outputs.out), ferry_.over(outputs.lse)},
      grad_out_(ferry_.over(grad_out)),
      grad_value_(ferry_.over(grads.value)) {
  for (const AttentionGrads::Term& term : grads.terms) grad_terms_.push_back({ferry_.over(term.lhs), ferry_.over(term.rhs)});
}

std::unique_ptr<AttentionBackend> ferried(AttentionBackend& real) { return std::make_unique<Ferried>(real); }

}  // namespace synthbench
