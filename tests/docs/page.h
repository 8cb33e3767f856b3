#pragma once
#include <string>

namespace synthbench {

/// The part of docs/PAGE between `<!-- generated: NAME -->` and `<!-- end: NAME -->`, without these two lines.
/// Throws std::runtime_error that names the page when a mark is missing.
std::string generated_part(const std::string& page, const std::string& name);

/// Expects that part to be `wanted`. With SYNTHBENCH_UPDATE_DOCS=1 in the environment the page is brought up to date first.
void expect_generated(const std::string& page, const std::string& name, const std::string& wanted);

}  // namespace synthbench
