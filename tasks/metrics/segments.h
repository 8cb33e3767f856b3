#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/metrics/metric.h"

namespace synthbench {

/// The segments of a file: one a line, broken at line feeds alone, without a carriage return before it. path names a plain or
/// packed file (.gz .xz .bz2 .zst); one that ends in ".jsonl" before that holds one JSON string a line, so that a segment may hold line breaks.
/// Throws UserError that names FILE:LINE for bytes that are not UTF-8 and lines that are no JSON string.
std::vector<std::string> read_segments(const std::string& path);

/// The same of bytes at hand; path is for messages and tells whether they are JSON.
std::vector<std::string> segments_of(std::string_view bytes, const std::string& path);

/// Hypotheses and references from files. Throws UserError that names both counts where they differ.
MetricTexts read_texts(const std::string& hypotheses, const std::vector<std::string>& references);

}  // namespace synthbench
