// What doctor says of machines that a folder plays.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "harness/doctor/checks.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;
using Status = Diagnosis::Status;

/// A machine on which all is well; tests write other facts.
class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    std::string pattern = (fs::temp_directory_path() / "synthbench_doctor_XXXXXX").string();
    machine.root = ::mkdtemp(pattern.data());
    for (const char* cpu : {"cpu0", "cpu1", "cpu2", "cpu3"}) write(std::string(kCpus) + cpu + "/cpufreq/scaling_governor", "performance\n");
    write(std::string(kCpus) + "intel_pstate/no_turbo", "1\n");
    write(std::string(kCpus) + "smt/active", "0\n");
    write("proc/sys/kernel/randomize_va_space", "2\n");
    write("proc/loadavg", "0.12 0.40 0.33 1/200 4711\n");
    write("proc/meminfo", "MemTotal:       16000000 kB\nMemAvailable:    8388608 kB\n");
    write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    machine.file_system = [this](const std::string& folder) {
      asked_folder = folder;
      return place;
    };
    machine.clock_step = [this] { return clock_step; };
    machine.open_counter = [this](const std::string& counter) {
      return absent_counter.empty() || counter == absent_counter ? perf_error : 0;
    };
    machine.randomizes = [this] { return randomizes; };
    machine.output_of = [this](const std::string& command) -> std::optional<std::string> {
      const auto found = outputs.find(command.substr(0, command.find(' ')));
      return found == outputs.end() ? std::nullopt : std::optional(found->second);
    };
  }
  ~DoctorTest() override { fs::remove_all(machine.root); }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((machine.root / path).parent_path());
    std::ofstream(machine.root / path) << text;
  }
  void remove(const std::string& path) const { fs::remove_all(machine.root / path); }

  Diagnosis look(const std::string& check) const {
    for (Diagnosis& one : diagnose(machine, request)) {
      if (one.check == check) return one;
    }
    ADD_FAILURE() << "no check " << check;
    return {};
  }
  void expect(const std::string& check, Status status, const std::string& detail, const std::string& fix) const {
    const Diagnosis found = look(check);
    EXPECT_EQ(found.status, status) << check << ": " << found.detail;
    EXPECT_NE(found.detail.find(detail), std::string::npos) << check << ": " << found.detail;
    EXPECT_NE(found.fix.find(fix), std::string::npos) << check << ": " << found.fix;
  }

  static constexpr const char* kCpus = "sys/devices/system/cpu/";
  Machine machine;
  std::optional<Machine::FileSystem> place = Machine::FileSystem{0xEF53, std::int64_t{50} << 30, true};
  double clock_step = 3e-8;
  int perf_error = 0;
  std::string absent_counter;  ///< that alone cannot be opened; empty: none can, where there is an error
  bool randomizes = true;
  std::map<std::string, std::string> outputs = {{"'/opt/synthbench-torch'", R"({"libraries": {"libtorch": "2.11.0"}})"}};
  DoctorRequest request{.db_path = "runs/mine.db",
                        .build_type = "RELEASE",
                        .flags = "-O2",
                        .torch_program = "/opt/synthbench-torch",
                        .why_no_cuda = "not compiled in"};
  mutable std::string asked_folder;
};

TEST_F(DoctorTest, FindsNothingOnAQuietMachineAndNamesEveryCheckOnce) {
  std::set<std::string> names;
  for (const Diagnosis& one : diagnose(machine, request)) {
    EXPECT_EQ(one.status, Status::ok) << one.check << ": " << one.detail;
    EXPECT_FALSE(one.detail.empty()) << one.check;
    EXPECT_TRUE(one.fix.empty()) << one.check << ": " << one.fix;
    EXPECT_TRUE(names.insert(one.check).second) << one.check;
  }
  for (const char* name : {"build", "libtorch", "governor", "turbo", "smt", "aslr", "clock", "perf events", "load", "cpu quota", "memory",
                           "gpu", "gpu processes", "database", "disk"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  EXPECT_EQ(asked_folder, "runs");
}

TEST_F(DoctorTest, OffersAFixForWhateverIsNotOk) {
  for (const auto& [path, text] : std::map<std::string, std::string>{{"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave"},
                                                                     {"sys/devices/system/cpu/intel_pstate/no_turbo", "0"},
                                                                     {"sys/devices/system/cpu/smt/active", "1"},
                                                                     {"proc/sys/kernel/randomize_va_space", "0"},
                                                                     {"proc/loadavg", "9.1 1 1 1/1 1"},
                                                                     {"sys/fs/cgroup/cpu.max", "150000 100000"},
                                                                     {"proc/meminfo", "MemAvailable: 100000 kB"}}) {
    write(path, text);
  }
  clock_step = 2e-6;
  perf_error = EACCES;
  place = Machine::FileSystem{0x6969, 1000, true};
  request = {.db_path = "mine.db", .build_type = "DEBUG", .flags = {}, .torch_program = {}, .why_no_cuda = "no"};
  write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t NVIDIA H100\n");
  int wrong = 0;
  for (const Diagnosis& one : diagnose(machine, request)) {
    if (one.status == Status::ok) ADD_FAILURE() << one.check << " is ok: " << one.detail;
    EXPECT_FALSE(one.fix.empty()) << one.check;
    ++wrong;
  }
  EXPECT_EQ(wrong, 15);
}

TEST_F(DoctorTest, CountsGovernorsOverAllProcessors) {
  write("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "schedutil\n");
  expect("governor", Status::warn, "performance on 3 processors, schedutil on 1 processor", "scaling_governor");
  for (const char* cpu : {"cpu0", "cpu1", "cpu2", "cpu3"}) remove(std::string(kCpus) + cpu + "/cpufreq");
  expect("governor", Status::ok, "virtual machine", "");
}

TEST_F(DoctorTest, KnowsTheSwitchesOfBothKindsOfTurbo) {
  write("sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
  expect("turbo", Status::warn, "on", "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo");
  remove("sys/devices/system/cpu/intel_pstate");
  write("sys/devices/system/cpu/cpufreq/boost", "1\n");
  expect("turbo", Status::warn, "on", "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
  write("sys/devices/system/cpu/cpufreq/boost", "0\n");
  expect("turbo", Status::ok, "off", "");
}

TEST_F(DoctorTest, WantsLayoutsOfMemoryToDifferFromLaunchToLaunch) {
  expect("aslr", Status::ok, "on", "");
  randomizes = false;
  expect("aslr", Status::warn, "off for this process", "setarch");
  randomizes = true;
  write("proc/sys/kernel/randomize_va_space", "0\n");
  expect("aslr", Status::warn, "off", "sudo sysctl kernel.randomize_va_space=2");
}

TEST_F(DoctorTest, ComparesLoadWithTheNumberOfProcessors) {
  write("proc/loadavg", "0.60 0.40 0.33 1/200 4711\n");
  expect("load", Status::warn, "0.60 in the last minute on 4 processors", "ps ");
  for (int i = 4; i < 16; ++i) fs::create_directories(machine.root / kCpus / ("cpu" + std::to_string(i)));
  expect("load", Status::ok, "on 16 processors", "");
}

TEST_F(DoctorTest, SeesTheLimitsOfAContainer) {
  write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  expect("cpu quota", Status::warn, "1.50 processors' time", "--cpuset-cpus");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  expect("cpu quota", Status::ok, "none", "");
  write("sys/fs/cgroup/memory.max", "1073741824\n");
  write("sys/fs/cgroup/memory.current", "536870912\n");
  expect("memory", Status::warn, "control group", "--memory-limit");
  write("sys/fs/cgroup/memory.max", "max\n");
  expect("memory", Status::ok, "free", "");
}

TEST_F(DoctorTest, TellsCountersThatAreForbiddenFromThoseThatDoNotExist) {
  perf_error = EACCES;
  write("proc/sys/kernel/perf_event_paranoid", "4\n");
  expect("perf events", Status::warn, "perf_event_paranoid 4", "sudo sysctl kernel.perf_event_paranoid=2");
  write("proc/sys/kernel/perf_event_paranoid", "2\n");
  write("proc/self/status", "Name:\tsynthbench\nSeccomp:\t2\n");
  expect("perf events", Status::warn, "seccomp filter", "--cap-add PERFMON");
  write("proc/self/status", "Name:\tsynthbench\nSeccomp:\t0\n");
  expect("perf events", Status::warn, "not allowed (perf_event_paranoid 2)", "cap_perfmon");
  perf_error = ENOSYS;
  expect("perf events", Status::ok, "no perf_event_open", "");
  perf_error = ENOENT;
  expect("perf events", Status::ok, "virtual PMU", "");
}

TEST_F(DoctorTest, NamesTheCountersThatOpen) {
  expect("perf events", Status::ok, "instructions, cycles, cache_misses of each speed cell are counted", "");
  absent_counter = "cache_misses";
  perf_error = ENOENT;
  expect("perf events", Status::ok, "of each speed cell counted: instructions, cycles; not here: cache_misses (No such file", "");
}

TEST_F(DoctorTest, DistrustsACoarseClock) {
  clock_step = 2e-6;
  write("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
  expect("clock", Status::warn, "source hpet", "current_clocksource");
}

TEST_F(DoctorTest, SaysWhatABuildLacks) {
  request.build_type = "RELWITHDEBINFO";
  expect("build", Status::warn, "relwithdebinfo", "cmake/setup release");
  request.build_type = "RELEASE";
  request.flags = "-O1; sanitizers";
  expect("build", Status::warn, "sanitizers", "cmake/setup release");
  request.torch_program.clear();
  expect("libtorch", Status::warn, "no training", "SYNTHBENCH_TORCH");
}

TEST_F(DoctorTest, StartsTheProgramWithLibTorchInsteadOfTrustingItsName) {
  expect("libtorch", Status::ok, "2.11.0", "");
  outputs.clear();
  expect("libtorch", Status::fail, "does not start", "/opt/synthbench-torch version");
  outputs = {{"'/opt/synthbench-torch'", "no JSON"}};
  expect("libtorch", Status::fail, "does not start", "/opt/synthbench-torch version");
}

TEST_F(DoctorTest, NamesTheGpuWhyItCannotBeUsedAndWhoUsesIt) {
  expect("gpu", Status::ok, "no NVIDIA GPU", "");
  write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H100\nIRQ: 1\n");
  expect("gpu", Status::warn, "NVIDIA H100, but the backend cuda cannot use it: not compiled in", "CUDA Toolkit");
  expect("gpu processes", Status::warn, "nvidia-smi does not answer", "nvidia-smi");
  request.why_no_cuda.clear();
  outputs["nvidia-smi"] = "\n";
  expect("gpu", Status::ok, "NVIDIA H100", "");
  expect("gpu processes", Status::ok, "none", "");
  outputs["nvidia-smi"] = "4711, python, 1024 MiB\n";
  expect("gpu processes", Status::warn, "1: 4711, python, 1024 MiB", "nvidia-smi");
}

TEST_F(DoctorTest, FailsWhereADatabaseCannotBe) {
  place = Machine::FileSystem{0x6969, std::int64_t{50} << 30, true};
  expect("database", Status::fail, "network file system (NFS)", "local disk");
  place = Machine::FileSystem{0xEF53, std::int64_t{50} << 30, false};
  expect("database", Status::fail, "runs cannot be written", "--db");
  place = Machine::FileSystem{0x01021994, std::int64_t{50} << 30, true};
  expect("database", Status::warn, "tmpfs", "--db on a disk");
  place = Machine::FileSystem{0xEF53, 5 << 20, true};
  expect("disk", Status::fail, "5", "remove");
  place.reset();
  expect("database", Status::fail, "there is no folder runs", "mkdir -p runs");
  request.db_path = "plain.db";
  expect("disk", Status::fail, "there is no folder .", "mkdir");
}

TEST(Doctor, ReadsThisVeryMachine) {
  const Machine machine = this_very_machine();
  EXPECT_TRUE(machine.line("proc/loadavg").has_value());
  EXPECT_GT(machine.clock_step(), 0);
  EXPECT_LT(machine.clock_step(), 0.1);
  EXPECT_EQ(machine.output_of("echo word").value_or(""), "word\n");
  EXPECT_FALSE(machine.output_of("exit 3").has_value());
  EXPECT_FALSE(machine.file_system("/no/such/folder").has_value());
  ASSERT_TRUE(machine.file_system("/").has_value());
  EXPECT_GE(machine.file_system("/")->free_bytes, 0);
}

}  // namespace
}  // namespace synthbench
