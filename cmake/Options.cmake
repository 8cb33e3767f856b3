# What can be chosen. Everything that changes the compiled code ends up in build.flags of the results database.
option(SYNTHBENCH_TORCH "Build backends/torch, harness/trunk and synthbench-torch" ON)
set(SYNTHBENCH_CUDA AUTO CACHE STRING "Build the kernels of backends/cuda: ON, OFF, or AUTO: where nvcc is found")
set(SYNTHBENCH_CUDA_ARCHITECTURES 90 CACHE STRING "GPUs that CUDA kernels are compiled for, as in 80;90;100; PTX of the last serves newer ones")
option(SYNTHBENCH_TESTS "Build the tests" ON)
set(SYNTHBENCH_WERROR AUTO CACHE STRING "Warnings are errors: ON, OFF, or AUTO: with the compiler that CI uses, GCC 12")
option(SYNTHBENCH_NATIVE "Compile CPU kernels for this machine's processor" ON)
option(SYNTHBENCH_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(SYNTHBENCH_FUZZ "The targets of tests/fuzz with libFuzzer; needs clang" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")   # -O3 goes to kernels alone

find_program(SYNTHBENCH_CCACHE ccache)
if(SYNTHBENCH_CCACHE)
  # Paths below the base are hashed relative to it: build folders and clones share what they compiled.
  # Precompiled headers are cacheable only with this sloppiness.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${SYNTHBENCH_CCACHE})
endif()

# Warnings, for our own sources only.
add_library(synthbench_warnings INTERFACE)
target_compile_options(synthbench_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow
  -Wswitch -Wno-restrict>)  # GCC 12 sees overlaps in std::string that are not there (GCC bug 105329)
# A newer compiler warns of more, which must not stop a user's build. AUTO makes the release and ci presets compile alike.
if(SYNTHBENCH_WERROR STREQUAL "AUTO")
  set(warnings_are_errors OFF)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    set(warnings_are_errors ON)
  endif()
else()
  set(warnings_are_errors ${SYNTHBENCH_WERROR})
endif()
if(warnings_are_errors)
  target_compile_options(synthbench_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()

# Optimisation of kernels: the same on every file that includes Eigen, or alignment assumptions differ.
add_library(synthbench_kernel_flags INTERFACE)
if(SYNTHBENCH_SANITIZE)
  target_compile_options(synthbench_kernel_flags INTERFACE -O1)  # instrumented Eigen at -O3 takes minutes a file
else()
  target_compile_options(synthbench_kernel_flags INTERFACE -O3)
endif()
if(SYNTHBENCH_NATIVE)
  target_compile_options(synthbench_kernel_flags INTERFACE -march=native)
endif()

# AddressSanitizer reports what it finds; here it also stops, and so does undefined behaviour.
if(SYNTHBENCH_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(SYNTHBENCH_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SYNTHBENCH_FUZZ needs clang, and CMAKE_CXX_COMPILER is ${CMAKE_CXX_COMPILER_ID}: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link -Wno-unknown-warning-option)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    add_compile_options(-mf16c -Xclang -fallow-half-arguments-and-returns)  # backends/core/half.h
  endif()
endif()
