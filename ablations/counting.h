#pragma once

#include <cstdint>
#include <initializer_list>

namespace synthbench {

/// Products and sums of counts that notice when they leave 63 bits: parameters and operations of absurd shapes are an error,
/// not a small number. Throw std::overflow_error "[cost] ...".
std::int64_t times(std::initializer_list<std::int64_t> factors);
std::int64_t plus(std::initializer_list<std::int64_t> summands);
void add(std::int64_t& sum, std::int64_t more);

}  // namespace synthbench
