#include "results/attention_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"

namespace synthbench {
namespace {

void put(Safetensors& tensors, const std::string& name, const Histogram& histogram) {
  const auto count = static_cast<std::int64_t>(histogram.counts.size());
  tensors.tensors.emplace(name + ".edges", StoredTensor::of({count + 1}, histogram.edges));
  tensors.tensors.emplace(name + ".counts", StoredTensor::of({count}, histogram.counts));
}

Histogram taken(const Safetensors& tensors, const std::string& name) {
  Histogram out{.edges = tensors.at(name + ".edges").values(), .counts = tensors.at(name + ".counts").values()};
  if (out.edges.size() == out.counts.size() + 1) return out;
  throw UserError(fmt::format("{}: {} has {} edges for {} bins", tensors.path, name, out.edges.size(), out.counts.size()));
}

void put(Safetensors& tensors, const std::string& moment, const std::vector<LayerRecord>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string name = fmt::format("{}.layer{}.", moment, i);
    put(tensors, name + "logits", layers[i].logits);
    put(tensors, name + "weights", layers[i].weights);
    const auto& maps = layers[i].maps;
    if (maps.empty() || maps.front().empty()) continue;
    std::vector<float> flat;
    for (const auto& map : maps) {
      for (const auto& row : map) flat.insert(flat.end(), row.begin(), row.end());
    }
    const auto extent = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
    tensors.tensors.emplace(name + "maps", StoredTensor::of({extent(maps), extent(maps.front()), extent(maps.front().front())}, flat));
  }
}

std::vector<LayerRecord> taken_layers(const Safetensors& tensors, const std::string& moment) {
  std::vector<LayerRecord> out;
  for (std::string name = moment + ".layer0."; tensors.find(name + "logits.counts") != nullptr;
       name = fmt::format("{}.layer{}.", moment, out.size())) {
    LayerRecord layer{.logits = taken(tensors, name + "logits"), .weights = taken(tensors, name + "weights"), .maps = {}};
    const StoredTensor* const maps = tensors.find(name + "maps");
    if (maps != nullptr && maps->shape.size() == 3) {
      const std::vector<double> flat = maps->values();
      auto next = flat.begin();
      for (std::int64_t head = 0; head < maps->shape[0]; ++head) {
        layer.maps.emplace_back();
        for (std::int64_t row = 0; row < maps->shape[1]; ++row, next += maps->shape[2])
          layer.maps.back().emplace_back(next, next + maps->shape[2]);
      }
    }
    out.push_back(std::move(layer));
  }
  return out;
}

}  // namespace

std::vector<double> Histogram::density() const {
  double total = 0;
  for (const double count : counts) total += count;
  std::vector<double> out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double width = edges[i + 1] - edges[i];
    out.push_back(total > 0 && width > 0 ? counts[i] / total / width : 0);
  }
  return out;
}

Histogram histogram_of(const std::vector<double>& values, std::size_t bins) {
  Histogram out{.edges = {}, .counts = std::vector<double>(bins)};
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  double lo = values.empty() ? 0 : *least, hi = values.empty() ? 1 : *largest;
  if (hi - lo < 1e-9) lo -= 0.5, hi += 0.5;  // all equal
  for (std::size_t i = 0; i <= bins; ++i) out.edges.push_back(lo + (hi - lo) * static_cast<double>(i) / static_cast<double>(bins));
  for (const double value : values) {
    const double place = (value - lo) / (hi - lo) * static_cast<double>(bins);
    ++out.counts[std::min(bins - 1, static_cast<std::size_t>(std::max(0.0, place)))];
  }
  return out;
}

Histogram log_histogram_of(const std::vector<double>& values, double lo, std::size_t bins) {
  std::vector<double> logs = {std::log10(lo), 0.0};  // the range
  for (const double value : values) logs.push_back(std::log10(std::clamp(value, lo, 1.0)));
  Histogram out = histogram_of(logs, bins);
  --out.counts.front(), --out.counts.back();
  for (double& edge : out.edges) edge = std::pow(10, edge);
  return out;
}

Safetensors to_tensors(const AttentionRecord& record) {
  Safetensors out;
  put(out, "start", record.at_start);
  put(out, "end", record.at_end);
  return out;
}

AttentionRecord attention_record(const Safetensors& tensors) { return {taken_layers(tensors, "start"), taken_layers(tensors, "end")}; }

}  // namespace synthbench
