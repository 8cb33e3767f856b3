#pragma once

#include <string>
#include <vector>

#include "harness/doctor/machine.h"

namespace synthbench {

/// One line of `doctor`.
struct Diagnosis {
  enum class Status : std::uint8_t {
    ok,
    warn,  ///< numbers may suffer
    fail,  ///< something will not work
  };
  std::string check;  ///< "governor"
  Status status = Status::ok;
  std::string detail;  ///< what was found
  std::string fix;     ///< a command or a sentence; empty when ok
};

/// What doctor knows beforehand.
struct DoctorRequest {
  std::string db_path;        ///< where results will go
  std::string build_type;     ///< "RELEASE"
  std::string flags;          ///< of the compiler
  std::string torch_program;  ///< path of synthbench-torch; empty: not built
  std::string why_no_cuda;    ///< why the backend cuda cannot run; empty: it can
};

/// Every check once, in the order of the manual. Reads; changes nothing.
std::vector<Diagnosis> diagnose(const Machine& machine, const DoctorRequest& request);

// The groups that diagnose() asks, one file each.
std::vector<Diagnosis> check_program(const Machine& machine, const DoctorRequest& request);
std::vector<Diagnosis> check_processor(const Machine& machine);
std::vector<Diagnosis> check_quiet(const Machine& machine);
std::vector<Diagnosis> check_gpu(const Machine& machine, const DoctorRequest& request);
std::vector<Diagnosis> check_storage(const Machine& machine, const DoctorRequest& request);

}  // namespace synthbench
