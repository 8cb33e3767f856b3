#pragma once

#include <functional>
#include <vector>

namespace synthbench {

/// Takes `count` samples one after another through Google Benchmark: fixed iterations, manual time, our own reporter.
/// sample: does the work and returns its seconds. What it throws comes out here.
std::vector<double> take_samples(const std::function<double()>& sample, int count);

}  // namespace synthbench
