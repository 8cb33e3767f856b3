#include "harness/base/source_line.h"

namespace synthbench {

std::string describe(const SourceLine& place) { return place.line == 0 ? place.file : place.file + ":" + std::to_string(place.line); }

void fail(const SourceLine& place, const std::string& what) { throw UserError(place.file.empty() ? what : describe(place) + ": " + what); }

}  // namespace synthbench
