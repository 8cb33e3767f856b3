# Kernel sources compile twice: by nvcc into the product, by the host compiler in tests/cuda_on_cpu.
set(SYNTHBENCH_CUDA_KERNELS naive_forward.cu naive_backward.cu tiled.cu wmma.cu folded_forward.cu
  folded_backward.cu)
set(SYNTHBENCH_CUDA_HOST_SOURCES choose.cpp cuda.cpp cuda_naive.cpp)
