# Run at each build (cmake -P): writes OUT, a header with what identifies the build, and touches it only when it changes,
# so that one small file is compiled again and nothing else. SOURCE: the source tree. FIXED: a file of facts known at configure time.
file(GLOB_RECURSE sources LIST_DIRECTORIES false RELATIVE ${SOURCE}
  ${SOURCE}/backends/*.cpp ${SOURCE}/backends/*.h ${SOURCE}/backends/*.cu ${SOURCE}/backends/*.cuh
  ${SOURCE}/ablations/*.cpp ${SOURCE}/ablations/*.h
  ${SOURCE}/tasks/*.cpp ${SOURCE}/tasks/*.h
  ${SOURCE}/harness/*.cpp ${SOURCE}/harness/*.h
  ${SOURCE}/results/*.cpp ${SOURCE}/results/*.h ${SOURCE}/results/*.sql
  ${SOURCE}/cmake/Options.cmake ${SOURCE}/cmake/Folders.cmake)
list(SORT sources)
set(listing "")
foreach(file IN LISTS sources)
  file(SHA256 ${SOURCE}/${file} sha)
  string(APPEND listing "${sha} ${file}\n")
endforeach()
string(SHA256 source_sha "${listing}")

set(git_sha unknown)
set(dirty false)
set(diff_sha "")
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(git_sha ${head})
    execute_process(COMMAND ${GIT} -C ${SOURCE} --no-optional-locks diff HEAD OUTPUT_VARIABLE diff ERROR_QUIET)
    if(NOT diff STREQUAL "")
      set(dirty true)
      string(SHA256 diff_sha "${diff}")
    endif()
  endif()
endif()

file(READ ${FIXED} fixed)
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[// Written by cmake/build_facts.cmake.
#pragma once

namespace synthbench::build_facts {
inline constexpr const char* kSourceSha = "@source_sha@";
inline constexpr const char* kGitSha = "@git_sha@";
inline constexpr const char* kDiffSha = "@diff_sha@";
inline constexpr bool kDirty = @dirty@;
@fixed@}  // namespace synthbench::build_facts
]])
