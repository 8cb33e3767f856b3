# Sourced by cmake/setup: CMake's two halves.

# Ninja re-runs CMake when a CMake file changes; here only what comes from outside can.
configure() {
  local choices; choices="$root $torch $(cksum < "$root/CMakePresets.json") ${CMAKE_PREFIX_PATH:-} ${CXX:-} ${CXXFLAGS:-} ${LDFLAGS:-}"
  if [ -e "$build/build.ninja" ] && [ "$(cat "$build/.choices" 2> /dev/null)" = "$choices" ]; then
    step "CMake: ${build#"$root/"} is configured"
    return
  fi
  step "CMake: configuring ${build#"$root/"}"
  # A folder that was configured for other choices, or for another place, is configured from nothing.
  (cd "$root" && cmake --preset "$preset" -B "$build" --fresh -DSYNTHBENCH_TORCH="$torch") 9>&- || die "CMake cannot configure (its message is above)"
  echo "$choices" > "$build/.choices"
}

# A file of the trunk takes up to 1.5 GB of memory to compile.
compilers_at_once() {
  local cores memory
  cores=$(nproc) memory=$(awk '/MemAvailable/ { print int($2 / 1500000) + 1 }' /proc/meminfo)
  echo $((cores < memory ? cores : memory))
}

# compile [TARGET...]
# The stamp .built is as old as the start of the last whole build that succeeded: ./synthbench compares sources with it.
compile() {
  step "Build${1:+ of $*}"
  [ -e "$build/.built" ] || need_disk 1000 "$build" "the build"
  echo "$root" > "$build/.building"
  cmake --build "$build" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(compilers_at_once)}" ${1:+--target "$@"} 9>&- ||
    die "the build failed (the compiler's message is above)"
  [ $# -gt 0 ] || mv "$build/.building" "$build/.built"
}
