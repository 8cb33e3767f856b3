#include "harness/check/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

#include "backends/core/accuracy.h"
#include "backends/core/attention.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/safetensors.h"
#include "harness/check/attend_golden.h"
#include "harness/check/layer_golden.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

using Computed = std::vector<std::pair<std::string, std::vector<double>>>;

/// Layers that are no sum of attention terms, by the variant in their case.
bool is_attention(const std::string& variant) {
  static constexpr std::array<std::string_view, 4> kOthers{"linformer", "lightconv", "dynconv", "mlp_mixer"};
  return std::find(kOthers.begin(), kOthers.end(), variant) == kOthers.end();
}

/// What a file lets one check: outputs and gradients.
bool is_truth(std::string_view tensor, std::string_view level) {
  if (tensor.starts_with("grad.")) return true;
  return level == "layer" ? tensor == "y" : tensor == "out" || tensor == "lse";
}

/// Metadata that is JSON, of a file that must have it.
Json metadata_json(const Safetensors& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) throw UserError(fmt::format("{}: there is no metadata '{}'", file.path, key));
  Json parsed = Json::parse(found->second, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw UserError(fmt::format("{}: the metadata '{}' is not a JSON object", file.path, key));
  return parsed;
}

class GoldenCheck {
 public:
  GoldenCheck(std::string dir, std::string backend, DType dtype, int threads)
      : dir_(std::move(dir)),
        backend_name_(std::move(backend)),
        backend_(backends().at(backend_name_)()),
        dtype_(dtype),
        threads_(threads) {}

  /// A damaged file becomes an error line, so that the sound ones still get their rows.
  void check_file(const std::string& file) {
    const std::size_t before = report_.rows.size();
    try {
      if (file.ends_with(".safetensors")) {
        check_safetensors(file, read_safetensors((fs::path(dir_) / file).string()));
      } else {
        read_file((fs::path(dir_) / file).string());
        skip(file, "training code is checked by the tests of the trunk, not through an attention backend");
      }
    } catch (const UserError& error) {
      report_.rows.resize(before);
      const std::string text = error.what();
      report_.errors.push_back(text.find(file) == std::string::npos ? (fs::path(dir_) / file).string() + ": " + text : text);
    } catch (const Json::exception& error) {
      report_.rows.resize(before);
      report_.errors.push_back(fmt::format("{}: its case is damaged: {}", (fs::path(dir_) / file).string(), error.what()));
    }
  }

  GoldenReport take_report() { return std::move(report_); }

 private:
  void check_safetensors(const std::string& name, const Safetensors& file) {
    const auto found = file.metadata.find("level");
    const std::string level = found == file.metadata.end() ? "" : found->second;
    if (level == "train") return skip(name, "training code is checked by the tests of the trunk, not through an attention backend");
    if (level != "attend" && level != "layer")
      throw UserError(fmt::format("{}: the level is '{}'; attend, layer or train is needed", file.path, level));
    const Json about = metadata_json(file, "case");
    if (level == "attend") {
      for (const char* needed : {"value", "term0.lhs", "out", "lse"}) file.at(needed);
      AttendGoldenResult result = run_attend_golden(file, about, *backend_, dtype_, threads_);
      if (result.skipped) return skip(name, *result.skipped);
      return compare(name, file, about, level, result.tensors);
    }
    for (const char* needed : {"x", "y"}) file.at(needed);
    check_layer(name, file, about);
  }

  void check_layer(const std::string& name, const Safetensors& file, const Json& about) {
    const std::string variant = about.at("variant").get<std::string>();
    if (!is_attention(variant))
      return skip(name, fmt::format("{} is not made of attention terms: no attention backend computes it", variant));
    if (!layer_golden()) return skip(name, "layers need LibTorch: synthbench-torch has it");
    const LayerGoldenResult result = layer_golden()({file, about, backend_name_, dtype_, threads_});
    if (result.skipped) return skip(name, *result.skipped);
    compare(name, file, about, "layer", result.tensors);
  }

  void skip(const std::string& file, const std::string& reason) {
    GoldenRow row;
    row.file = file;
    row.reason = reason;
    report_.rows.push_back(row);
  }

  /// One row for each output and gradient of the file; what was not computed fails.
  void compare(const std::string& name, const Safetensors& file, const Json& about, std::string_view level, const Computed& computed) {
    const Json errors = dtype_ == DType::f32 ? metadata_json(file, "f32_error") : Json::object();
    for (const auto& [tensor, stored] : file.tensors) {
      if (!is_truth(tensor, level)) continue;
      const std::vector<double> truth = stored.values();
      GoldenRow row;
      row.file = name;
      row.tensor = tensor;
      row.measure = error_measure(truth);
      row.bound = error_bound(dtype_, truth, errors.value(tensor, 0.0), level == "attend" ? about.value("max_logit", 0.0) : 0.0);
      const auto found = std::find_if(computed.begin(), computed.end(), [&](const auto& entry) { return entry.first == tensor; });
      if (found == computed.end() || found->second.size() != truth.size()) {
        row.value = std::numeric_limits<double>::infinity();
        row.reason = "not computed";
      } else {
        row.value = error_norm(found->second, truth);
      }
      row.passed = row.value <= row.bound;  // false for NaN
      report_.rows.push_back(row);
    }
  }

  std::string dir_, backend_name_;
  std::unique_ptr<AttentionBackend> backend_;
  DType dtype_;
  int threads_;
  GoldenReport report_;
};

std::vector<std::string> files_of_index(const std::string& path) {
  const Json index = Json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
  if (!index.is_array()) throw UserError(path + ": an array of {file, level, name} is needed");
  std::vector<std::string> files;
  for (const Json& entry : index) {
    if (!entry.is_object() || !entry.contains("file") || !entry["file"].is_string()) throw UserError(path + ": an entry has no file");
    files.push_back(entry["file"].get<std::string>());
  }
  return files;
}

std::vector<std::string> files_below(const std::string& dir) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file() && entry.path().extension() == ".safetensors") files.push_back(fs::relative(entry.path(), dir).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

bool GoldenReport::anything_checked() const {
  return std::any_of(rows.begin(), rows.end(), [](const GoldenRow& row) { return !row.skipped(); });
}

bool GoldenReport::anything_failed() const {
  return std::any_of(rows.begin(), rows.end(), [](const GoldenRow& row) { return !row.skipped() && !row.passed; });
}

GoldenReport check_golden(const std::string& dir, const std::string& backend, DType dtype, int threads) {
  if (dtype != DType::f32 && dtype != DType::f64)
    throw UserError(fmt::format("golden vectors are checked in f32 and f64, not in {}", name(dtype)));
  if (!fs::is_directory(dir)) throw UserError("cannot read " + dir + ": no such directory");
  GoldenCheck check(dir, backend, dtype, threads);
  const std::string index = (fs::path(dir) / "INDEX.json").string();
  for (const std::string& file : fs::exists(index) ? files_of_index(index) : files_below(dir)) check.check_file(file);
  return check.take_report();
}

}  // namespace synthbench
