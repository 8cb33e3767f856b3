# Every header compiles alone, and twice in one file: one generated source per header, nothing before it.
# The headers are found, not listed: a new one is checked without a line here.
set(roots harness backends ablations tasks results tests)
list(TRANSFORM roots REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.h" OUTPUT_VARIABLE patterns)
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${patterns})

foreach(header IN LISTS headers)
  set(alone ${CMAKE_CURRENT_BINARY_DIR}/headers/${header}.cpp)
  file(CONFIGURE OUTPUT ${alone} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
  file(STRINGS ${PROJECT_SOURCE_DIR}/${header} libtorch REGEX "#include <(torch|ATen|c10)/")
  if(libtorch OR header MATCHES "^(harness/trunk|tests/trunk)/")
    list(APPEND libtorch_sources ${alone})
  else()
    list(APPEND sources ${alone})
  endif()
endforeach()

function(check_headers target)
  add_library(${target} OBJECT ${ARGN})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(${target} PRIVATE -O0)
  target_compile_definitions(${target} PRIVATE SYNTHBENCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SYNTHBENCH_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(${target} PRIVATE synthbench_warnings fmt::fmt nlohmann_json::nlohmann_json Eigen3::Eigen CLI11::CLI11
    benchmark::benchmark SQLite::SQLite3 PkgConfig::SENTENCEPIECE GTest::gtest)
endfunction()

check_headers(headers_compile_alone ${sources})
if(SYNTHBENCH_TORCH AND libtorch_sources)
  check_headers(libtorch_headers_compile_alone ${libtorch_sources})
  target_link_libraries(libtorch_headers_compile_alone PRIVATE libtorch)
endif()
