# LibTorch from a PyPI wheel, unpacked by cmake/setup into .deps/torch, or any on CMAKE_PREFIX_PATH.
#
# find_package(Torch) of a CUDA wheel insists on every CUDA library. Linking needs only libtorch_cpu and libc10, and those
# need libcudart.so.13 and libcupti.so.13 (a system toolkit or two small wheels): so the imported target is made here.
# Where there is a GPU, libtorch_cuda is linked too.
find_path(LIBTORCH_INCLUDE_DIR torch/headeronly/version.h
  HINTS ${CMAKE_PREFIX_PATH} ${PROJECT_SOURCE_DIR}/.deps/torch PATH_SUFFIXES include torch/include
  NO_CMAKE_SYSTEM_PATH)
if(NOT LIBTORCH_INCLUDE_DIR)
  message(FATAL_ERROR "LibTorch is not here: run cmake/setup, put one on CMAKE_PREFIX_PATH, or configure with -DSYNTHBENCH_TORCH=OFF")
endif()
cmake_path(GET LIBTORCH_INCLUDE_DIR PARENT_PATH LIBTORCH_ROOT)
set(LIBTORCH_LIB_DIR ${LIBTORCH_ROOT}/lib)
file(STRINGS ${LIBTORCH_INCLUDE_DIR}/torch/headeronly/version.h LIBTORCH_VERSION_LINES REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9;]" "" LIBTORCH_VERSION "${LIBTORCH_VERSION_LINES}")
string(REPLACE ";" "." LIBTORCH_VERSION "${LIBTORCH_VERSION}")

# Where the CUDA libraries that it links may be; none is needed by a CPU-only LibTorch.
file(GLOB LIBTORCH_CUDA_DIRS ${LIBTORCH_ROOT}/../nvidia/*/lib /usr/local/cuda/lib64 /usr/local/cuda/extras/CUPTI/lib64)

add_library(libtorch INTERFACE IMPORTED)
target_include_directories(libtorch SYSTEM INTERFACE ${LIBTORCH_INCLUDE_DIR} ${LIBTORCH_INCLUDE_DIR}/torch/csrc/api/include)
target_link_directories(libtorch INTERFACE ${LIBTORCH_LIB_DIR})
target_link_libraries(libtorch INTERFACE torch_cpu c10)
target_link_options(libtorch INTERFACE -Wl,--no-as-needed -Wl,--allow-shlib-undefined)
foreach(dir IN LISTS LIBTORCH_LIB_DIR LIBTORCH_CUDA_DIRS)
  target_link_options(libtorch INTERFACE -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
endforeach()

# Its kernels of a GPU, where the loader finds them and all that they link: cmake/setup sees to that where there is an NVIDIA GPU.
if(EXISTS ${LIBTORCH_LIB_DIR}/libtorch_cuda.so)
  file(WRITE ${PROJECT_BINARY_DIR}/libtorch_cuda_loads.cpp "int main() { return 0; }\n")
  unset(LIBTORCH_CUDA_RAN CACHE)  # what it links may have come since
  try_run(LIBTORCH_CUDA_RAN LIBTORCH_CUDA_LINKED ${PROJECT_BINARY_DIR}/try_libtorch_cuda ${PROJECT_BINARY_DIR}/libtorch_cuda_loads.cpp
    LINK_LIBRARIES libtorch torch_cuda c10_cuda RUN_OUTPUT_VARIABLE LIBTORCH_CUDA_SAID)
  if(LIBTORCH_CUDA_LINKED AND LIBTORCH_CUDA_RAN EQUAL 0)
    set(LIBTORCH_GPU_LIBRARIES torch_cuda c10_cuda)
    target_link_libraries(libtorch INTERFACE ${LIBTORCH_GPU_LIBRARIES})
  endif()
endif()

# One precompiled header for all LibTorch files: torch/torch.h costs 20 s a file. It belongs to a target of its own, made
# before the first folder that uses it; its flags are those of our objects, or the compiler would not take it.
file(WRITE ${PROJECT_BINARY_DIR}/libtorch_header.cpp.in "// Compiled only to make the precompiled header of LibTorch.\n")
configure_file(${PROJECT_BINARY_DIR}/libtorch_header.cpp.in ${PROJECT_BINARY_DIR}/libtorch_header.cpp COPYONLY)
add_library(synthbench_libtorch_header OBJECT ${PROJECT_BINARY_DIR}/libtorch_header.cpp)
target_link_libraries(synthbench_libtorch_header PRIVATE libtorch fmt::fmt-header-only)
target_precompile_headers(synthbench_libtorch_header PRIVATE <torch/torch.h>)

# The wheel brings headers of its own fmt, newer than the system's and in another inline namespace, and no library for them.
function(synthbench_uses_libtorch target)
  target_link_libraries(${target} PRIVATE libtorch fmt::fmt-header-only)
  target_precompile_headers(${target} REUSE_FROM synthbench_libtorch_header)
endfunction()
