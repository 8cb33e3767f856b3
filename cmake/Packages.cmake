# Every package, found once. Which folder may link which package: tests/tree/includes_test.cpp.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(CLI11 REQUIRED)
find_package(Boost 1.74 REQUIRED)             # headers alone: Boost.Math
find_package(benchmark REQUIRED)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(SQLite3 3.37 REQUIRED)           # STRICT tables
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
# toml++ only as headers: the definition that bounds nesting does nothing in the compiled library.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
if(SYNTHBENCH_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
include(Cuda)
if(SYNTHBENCH_TORCH)
  include(LibTorch)
endif()
