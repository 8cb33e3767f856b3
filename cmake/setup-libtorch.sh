# Sourced by cmake/setup: LibTorch from its PyPI wheel, without Python packages.
libtorch_version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$root/cmake/libtorch.txt")

# With an NVIDIA GPU here LibTorch computes on it too: libtorch_cuda.so and all that it links.
wants_cuda() {
  case ${SYNTHBENCH_TORCH_CUDA:-} in
    ON) ;;
    OFF) return 1 ;;
    *) compgen -G '/proc/driver/nvidia/gpus/*' > /dev/null ;;
  esac
}

# A LibTorch of the user's: the first folder of CMAKE_PREFIX_PATH that has one, else nothing.
prefix_with_libtorch() {
  local dir root prefixes=${CMAKE_PREFIX_PATH:-}
  for dir in ${prefixes//[;:]/ }; do
    for root in "$dir" "$dir/torch"; do
      [ ! -e "$root/lib/libtorch_cpu.so" ] || { echo "$root"; return; }
    done
  done
}

# Ours is complete when it is there (it is moved into its place at the end) and of the wanted version.
have_libtorch() {
  [ -z "$(prefix_with_libtorch)" ] || return 0
  local version=$deps/torch/include/torch/headeronly/version.h
  [ -e "$deps/torch/lib/libtorch_cpu.so" ] && [ -e "$version" ] && { ! wants_cuda || [ -e "$deps/torch/lib/libtorch_cuda.so" ]; } &&
    [ "$(awk '/define TORCH_VERSION_(MAJOR|MINOR|PATCH) / { printf "%s%s", dot, $3; dot = "." }' "$version")" = "$libtorch_version" ]
}

# fetch_wheels REQUIREMENTS: downloads what the file names, checks its hashes; what an earlier set-up fetched is kept.
fetch_wheels() {
  local python=/usr/bin/python3; [ -x $python ] || python=python3
  local platforms; platforms=$(printf -- '--platform manylinux%s_x86_64 ' _2_28 _2_27 _2_25 _2_24 _2_18 _2_17 2014 2010 1)
  rm -rf "$deps/.download/tmp" && mkdir -p "$deps/.download/tmp"
  # shellcheck disable=SC2206
  local fetch=($python -m pip --no-cache-dir --disable-pip-version-check download --no-deps --require-hashes --only-binary=:all:
    --implementation cp --python-version 3.11 --abi cp311 --abi none $platforms -d "$deps/.download" -r "$1")
  local said=
  if [ -t 1 ]; then TMPDIR=$deps/.download/tmp "${fetch[@]}"   # shows its progress
  else said=$(TMPDIR=$deps/.download/tmp "${fetch[@]}" -q 2>&1)
  fi || die "${1#"$root/"} cannot be fetched from PyPI (no network, disk full?): $(tail -n 1 <<< "$said")"
}

# unpack FOLDER PART...: the parts of the fetched wheels and their licences; moved into .deps/ when all are there.
unpack() {
  local folder=$1 wheel info; shift
  rm -rf "$deps/.unpack"
  for wheel in "$deps/.download/"*.whl; do
    unzip -q "$wheel" "$@" '*.dist-info/licenses/*' -d "$deps/.unpack" 2> "$deps/.unpack.said" || [ $? = 11 ] ||   # 11: a part is not there
      die "$wheel cannot be unpacked (disk full?): $(tail -n 1 "$deps/.unpack.said")"
  done
  for info in "$deps/.unpack/"*.dist-info; do
    mkdir -p "$deps/.unpack/$folder/licenses" && mv "$info/licenses" "$deps/.unpack/$folder/licenses/$(basename "$info" .dist-info)"
  done
  rm -rf "${deps:?}/$folder"
  mv "$deps/.unpack/$folder" "$deps/$folder"
  rm -rf "$deps/.unpack" "$deps/.unpack.said" "$deps/.download"
}

install_libtorch() {
  if have_libtorch; then
    local mine; mine=$(prefix_with_libtorch)
    [ -z "$mine" ] || [ -e "$mine/include/torch/headeronly/version.h" ] ||
      die "the LibTorch on CMAKE_PREFIX_PATH ($mine) has no include/torch/headeronly: synthbench needs $libtorch_version or near it"
    step "LibTorch: ${mine:-$libtorch_version is there}"
    return
  fi
  step "LibTorch $libtorch_version: 530 MB from PyPI into .deps/"
  [ "$(uname -sm)" = "Linux x86_64" ] || die "the LibTorch wheel is for Linux x86_64, this is $(uname -sm): set SYNTHBENCH_TORCH=OFF, or put a LibTorch on CMAKE_PREFIX_PATH"
  need_disk 1300 "$deps" "LibTorch"
  fetch_wheels "$root/cmake/libtorch.txt"
  local parts=('torch/include/*' torch/lib/libtorch_cpu.so torch/lib/libc10.so 'torch/lib/libgomp.so*')
  ! wants_cuda || parts+=('torch/lib/lib*cuda*.so' torch/lib/libtorch_nvshmem.so torch/lib/libcaffe2_nvrtc.so)
  unpack torch "${parts[@]}"
}

# What libtorch_cpu.so links, and libtorch_cuda.so.
cuda_libraries() {
  echo libcudart.so.13 libcupti.so.13
  ! wants_cuda || echo libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libcufft.so.12 libcufile.so.0 libcurand.so.10 libcusolver.so.12 \
    libcusparse.so.12 libcusparseLt.so.0 libnccl.so.2 libnvrtc.so.13 libnvshmem_host.so.3
}

# True where the loader, or LibTorch itself, will find them. A LibTorch of the user's has what it needs.
have_cuda_runtime() {
  [ -z "$(prefix_with_libtorch)" ] || return 0
  local name dir
  for name in $(cuda_libraries); do
    for dir in "$deps"/nvidia/*/lib /usr/local/cuda/lib64 /usr/local/cuda/extras/CUPTI/lib64; do
      [ ! -e "$dir/$name" ] || continue 2
    done
    /sbin/ldconfig -p | grep -q "^[[:space:]]*$name " || return 1
  done
}

install_cuda_runtime() {
  if have_cuda_runtime; then step "CUDA runtime libraries that LibTorch links: there"; return; fi
  if wants_cuda; then
    step "CUDA libraries that LibTorch links: 2 GB from PyPI into .deps/"
    need_disk 6000 "$deps" "LibTorch with CUDA"
    fetch_wheels "$root/cmake/libtorch-cuda.txt"
    unpack nvidia 'nvidia/*/lib/*.so*'
    return
  fi
  step "CUDA runtime libraries that LibTorch links: 13 MB from PyPI into .deps/"
  fetch_wheels "$root/cmake/libtorch-cuda-runtime.txt"
  unpack nvidia 'nvidia/cu13/lib/libcu*.so.13'   # libcudart, libcupti
}
