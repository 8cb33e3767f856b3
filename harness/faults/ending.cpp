// harness/faults/ending.cpp
// Backends whose worker does not come back as it should: each way in which a process can end, or not end.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "harness/faults/broken_eigen.h"
#include "harness/protocol.h"

namespace synthbench {
namespace {

void write_raw(std::string_view bytes) {
  if (::write(kRecordFd, bytes.data(), bytes.size()) < 0) std::abort();
}

/// Asks for memory until it is refused, and hardly touches it: the limit counts what was asked for, and a machine without a
/// limit refuses as well (address space, number of mappings) before anybody's memory is gone.
void allocate_until_stopped() {
  constexpr std::size_t kPiece = std::size_t{64} << 20;
  std::vector<std::unique_ptr<char[]>> pieces;
  for (;;) {
    pieces.emplace_back(new char[kPiece]);
    *static_cast<volatile char*>(pieces.back().get()) = 1;
  }
}

[[noreturn]] void hang() {
  std::signal(SIGTERM, SIG_IGN);
  for (;;) ::pause();
}

/// A backend that does this instead of computing.
template <void (*act)()>
class Ending final : public BrokenEigen {
  void do_forward(const AttentionCall&, const AttentionOutputs&) override { act(); }
};

void crash() {
  std::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}
void abort_now() { std::abort(); }
void exit_with_seven() { ::_exit(7); }
void hang_for_ever() { hang(); }
void throw_something() { throw std::runtime_error("this backend throws on purpose"); }
void garble() { write_raw("this is no record, and its first four bytes are no length"); }

/// A well-formed record that names another variant than the order's.
void lie() {
  RecordWriter().write({{"type", "ran"},
                        {"variant", "a variant that nobody asked for"},
                        {"backend", "fault_liar"},
                        {"dtype", "f32"},
                        {"kernel", "lie"},
                        {"label", ""}});
}

class Liar final : public BrokenEigen {
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    lie();
    BrokenEigen::do_forward(call, outputs);
  }
};

class Refusing final : public BrokenEigen {
 public:
  Choice choose(const AttentionCall&) const override { return {{}, {}, "this backend refuses every call on purpose"}; }
};

const bool registered = add_fault<Ending<crash>>("fault_crash", "fault: SIGSEGV") &&
                        add_fault<Ending<abort_now>>("fault_abort", "fault: SIGABRT") &&
                        add_fault<Ending<exit_with_seven>>("fault_exit", "fault: exit code 7") &&
                        add_fault<Ending<hang_for_ever>>("fault_hang", "fault: never returns, ignores SIGTERM") &&
                        add_fault<Ending<allocate_until_stopped>>("fault_oom", "fault: allocates until stopped") &&
                        add_fault<Ending<throw_something>>("fault_throw", "fault: throws an exception") &&
                        add_fault<Ending<garble>>("fault_garbage", "fault: garbage on the record pipe") &&
                        add_fault<Liar>("fault_liar", "fault: reports another variant than asked") &&
                        add_fault<Refusing>("fault_unsupported", "fault: refuses every call");

}  // namespace
}  // namespace synthbench
