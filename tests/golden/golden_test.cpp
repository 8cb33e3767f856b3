// The golden check itself, on the vectors shipped beside this file and, where they are present, on the whole set.
#include "harness/check/golden.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <set>

#include "backends/core/accuracy.h"
#include "backends/core/attention.h"
#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/safetensors.h"
#include "harness/check/layer_golden.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

const std::string kShipped = std::string(SYNTHBENCH_SOURCE_DIR) + "/tests/golden/data";
const std::string kWholeSet = std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/golden";
const std::string kVanilla = "vanilla-causal_lengths-b3h3n7m7d1.safetensors";
const std::string kFactorized = "factorized_random-lengths-b3h1n33m33d8.safetensors";
const std::string kLayer = "dense-lengths-w2shared-bias-b2n12e24h3.safetensors";

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "golden.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(const std::string& file = "") const { return file.empty() ? path_ : path_ + "/" + file; }
  void copy(const std::string& file) const { fs::copy_file(kShipped + "/" + file, path(file)); }

 private:
  std::string path_;
};

std::string failures(const GoldenReport& report) {
  std::string text;
  for (const std::string& error : report.errors) text += error + "\n";
  for (const GoldenRow& row : report.rows) {
    if (!row.skipped() && !row.passed)
      text += row.file + " " + row.tensor + ": " + std::to_string(row.value) + " > " + std::to_string(row.bound) + "\n";
  }
  return text;
}

std::set<std::string> failed_tensors(const GoldenReport& report) {
  std::set<std::string> failed;
  for (const GoldenRow& row : report.rows) {
    if (!row.skipped() && !row.passed) failed.insert(row.file + " " + row.tensor);
  }
  return failed;
}

/// One tensor of a stored file multiplied by 1 + by: a relative error of exactly that.
void stretch(const std::string& path, const std::string& tensor, double by) {
  Safetensors file = read_safetensors(path);
  std::vector<double> numbers = file.at(tensor).values();
  for (double& number : numbers) number *= 1 + by;
  file.tensors[tensor] = StoredTensor::of(file.at(tensor).shape, std::span<const double>(numbers));
  write_safetensors(path, file);
}

/// A backend for this file alone: eigen, but for one flaw.
class Flawed final : public AttentionBackend {
 public:
  enum class Flaw : std::uint8_t { refuses, nan, wrong_gradient };
  explicit Flawed(Flaw flaw) : flaw_(flaw), sound_(backends().at("eigen")()) {}
  Choice choose(const AttentionCall& call) const override {
    if (flaw_ == Flaw::refuses) return {{}, {}, "this backend refuses every call"};
    return sound_->choose(call);
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    sound_->forward(call, outputs);
    if (flaw_ == Flaw::nan) spoil(outputs.out, [](double) { return std::numeric_limits<double>::quiet_NaN(); });
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    sound_->backward(call, outputs, grad_out, grads);
    if (flaw_ == Flaw::wrong_gradient) spoil(grads.value, [](double number) { return 1.001 * number + 1e-3; });
  }
  template <typename Change>
  static void spoil(const View& view, Change change) {
    if (view.dtype == DType::f64) {
      *static_cast<double*>(view.data) = change(*static_cast<double*>(view.data));
    } else {
      *static_cast<float*>(view.data) = static_cast<float>(change(static_cast<double>(*static_cast<float*>(view.data))));
    }
  }

  Flaw flaw_;
  std::unique_ptr<AttentionBackend> sound_;
};

bool add_flawed(const std::string& name, Flawed::Flaw flaw) {
  return backends().add(name, [flaw] { return std::unique_ptr<AttentionBackend>(std::make_unique<Flawed>(flaw)); });
}
const bool flaws_registered = add_flawed("test_refuses", Flawed::Flaw::refuses) && add_flawed("test_nan", Flawed::Flaw::nan) &&
                              add_flawed("test_wrong_gradient", Flawed::Flaw::wrong_gradient);

class Golden : public testing::TestWithParam<std::tuple<std::string, DType>> {};

TEST_P(Golden, ShippedVectorsPass) {
  const auto& [backend, dtype] = GetParam();
  const GoldenReport report = check_golden(kShipped, backend, dtype, 2);
  EXPECT_EQ(failures(report), "");
  std::map<std::string, int> rows;
  for (const GoldenRow& row : report.rows) rows[row.file] += row.skipped() ? 0 : 1;
  EXPECT_EQ(rows.size(), 8u);
  EXPECT_EQ(rows.at(kVanilla), 5) << "out, lse, grad.value and both sides";
  EXPECT_EQ(rows.at(kLayer), 0) << "layers are skipped with a reason in this program";
}

TEST_P(Golden, TheWholeSetPassesAndEveryFileIsAccountedFor) {
  if (!fs::exists(kWholeSet + "/INDEX.json")) GTEST_SKIP() << "the whole set of golden vectors is not beside this checkout";
  const auto& [backend, dtype] = GetParam();
  const GoldenReport report = check_golden(kWholeSet, backend, dtype, 2);
  EXPECT_EQ(failures(report), "");
  std::map<std::string, const GoldenRow*> first;
  for (const GoldenRow& row : report.rows) first.try_emplace(row.file, &row);
  for (const Json& entry : Json::parse(read_file(kWholeSet + "/INDEX.json"))) {
    const auto found = first.find(entry["file"].get<std::string>());
    ASSERT_NE(found, first.end()) << entry["file"];
    if (entry["level"] == "attend") {
      EXPECT_FALSE(found->second->skipped()) << entry["file"];
    } else {
      EXPECT_NE(found->second->reason, "") << entry["file"];
    }
  }
}

TEST_P(Golden, AChangedTruthIsFoundInExactlyThatTensor) {
  const auto& [backend, dtype] = GetParam();
  for (const std::string tensor : {"out", "lse", "grad.value", "grad.term0.lhs", "grad.term0.rhs"}) {
    const Folder folder;
    folder.copy(kVanilla);
    folder.copy(kFactorized);
    stretch(folder.path(kFactorized), tensor, 1e-3);
    const GoldenReport report = check_golden(folder.path(), backend, dtype, 1);
    EXPECT_TRUE(report.anything_failed());
    EXPECT_EQ(failed_tensors(report), (std::set<std::string>{kFactorized + " " + tensor}));
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Golden, testing::Combine(testing::Values("reference", "eigen"), testing::Values(DType::f32, DType::f64)),
                         [](const auto& about) { return std::get<0>(about.param) + "_" + std::string(name(std::get<1>(about.param))); });

TEST(GoldenCheck, AChangedInputMovesOnlyThatFile) {
  const Folder folder;
  folder.copy(kVanilla);
  folder.copy(kFactorized);
  stretch(folder.path(kVanilla), "value", 1e-3);
  const GoldenReport report = check_golden(folder.path(), "eigen", DType::f32, 1);
  EXPECT_TRUE(report.anything_failed());
  for (const std::string& tensor : failed_tensors(report)) EXPECT_TRUE(tensor.starts_with(kVanilla)) << tensor;
}

TEST(GoldenCheck, NaNAndWrongGradientsDoNotPass) {
  const Folder folder;
  folder.copy(kFactorized);
  EXPECT_TRUE(failed_tensors(check_golden(folder.path(), "test_nan", DType::f64, 1)).contains(kFactorized + " out"));
  EXPECT_EQ(failed_tensors(check_golden(folder.path(), "test_wrong_gradient", DType::f64, 1)),
            (std::set<std::string>{kFactorized + " grad.value"}));
}

TEST(GoldenCheck, ARefusingBackendChecksNothingAndListsItsReason) {
  const GoldenReport report = check_golden(kShipped, "test_refuses", DType::f32, 1);
  EXPECT_FALSE(report.anything_checked());
  EXPECT_EQ(report.rows.size(), 8u);
  for (const GoldenRow& row : report.rows) EXPECT_NE(row.reason, "") << row.file;
}

TEST(GoldenCheck, FoldersThatAreEmptyMissingOrAskedInAnotherDtype) {
  const Folder folder;
  EXPECT_FALSE(check_golden(folder.path(), "eigen", DType::f32, 1).anything_checked());
  const auto message = [&](const std::string& dir, const std::string& backend, DType dtype) {
    try {
      check_golden(dir, backend, dtype, 1);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message(folder.path("not-there"), "eigen", DType::f32).find("not-there"), std::string::npos);
  EXPECT_NE(message(kShipped, "egen", DType::f32).find("did you mean 'eigen'"), std::string::npos);
  EXPECT_NE(message(kShipped, "eigen", DType::bf16).find("bf16"), std::string::npos);
}

/// A header rewritten, its data left as it is.
std::string with_header(const std::string& raw, const std::function<void(Json&)>& change) {
  std::uint64_t size = 0;
  std::memcpy(&size, raw.data(), 8);
  const std::string data = raw.substr(8 + size);
  Json header = Json::parse(raw.substr(8, size));
  change(header);
  const std::string text = header.dump();
  size = text.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &size, 8);
  return out + text + data;
}

TEST(GoldenCheck, ADamagedFileIsNamedAndHidesNoOther) {
  const std::string raw = read_file(kShipped + "/" + kFactorized);
  const auto changed = [&](const std::function<void(Json&)>& change) { return with_header(raw, change); };
  std::string absurd = raw, not_json = raw;
  absurd[7] = '\x10';
  std::fill(not_json.begin() + 8, not_json.begin() + 40, 'x');
  const std::map<std::string, std::string> broken{
      {"cut in the data", raw.substr(0, raw.size() - 100)},
      {"cut in the header", raw.substr(0, 200)},
      {"five bytes", raw.substr(0, 5)},
      {"no bytes", ""},
      {"absurd header length", absurd},
      {"not JSON", not_json},
      {"offsets beyond the end", changed([](Json& h) {
         h["out"]["data_offsets"] = {std::int64_t{1} << 40, (std::int64_t{1} << 40) + 8};
       })},
      {"shape that does not fit", changed([](Json& h) {
         h["out"]["shape"] = {9999, 9999};
       })},
      {"shape that overflows", changed([](Json& h) {
         h["out"]["shape"] = {std::int64_t{1} << 40, std::int64_t{1} << 40};
       })},
      {"negative extent", changed([](Json& h) {
         h["out"]["shape"] = {-1, 2};
       })},
      {"unknown dtype", changed([](Json& h) { h["out"]["dtype"] = "F7"; })},
      {"no out", changed([](Json& h) { h.erase("out"); })},
      {"no case", changed([](Json& h) { h["__metadata__"].erase("case"); })},
      {"a case that is not JSON", changed([](Json& h) { h["__metadata__"]["case"] = "{"; })},
      {"a case without terms", changed([](Json& h) { h["__metadata__"]["case"] = R"({"shape": {"B":3,"H":1,"N":33,"M":33,"D":8}})"; })},
      {"a case of another shape", changed([](Json& h) {
         h["__metadata__"]["case"] = R"({"shape": {"B":3,"H":1,"N":32,"M":33,"D":8}, "terms": [{"kind": "inner", "scale": 1}]})";
       })},
      {"an unknown kind", changed([](Json& h) {
         h["__metadata__"]["case"] = R"({"shape": {"B":3,"H":1,"N":33,"M":33,"D":8}, "terms": [{"kind": "outer", "scale": 1}]})";
       })},
      {"an unknown level", changed([](Json& h) { h["__metadata__"]["level"] = "lyer"; })},
  };
  for (const auto& [what, bytes] : broken) {
    SCOPED_TRACE(what);
    const Folder folder;
    folder.copy(kVanilla);
    write_file(folder.path(kFactorized), bytes);
    const GoldenReport report = check_golden(folder.path(), "eigen", DType::f32, 1);
    ASSERT_EQ(report.errors.size(), 1u);
    EXPECT_NE(report.errors.front().find(kFactorized), std::string::npos) << report.errors.front();
    for (const GoldenRow& row : report.rows) EXPECT_EQ(row.file, kVanilla);
    EXPECT_EQ(report.rows.size(), 5u);
  }
}

TEST(GoldenCheck, AFileThatTheIndexNamesMustBeThere) {
  const Folder folder;
  folder.copy(kVanilla);
  write_file(folder.path("INDEX.json"),
             R"([{"file": "gone.safetensors", "level": "attend"}, {"file": ")" + kVanilla + R"(", "level": "attend"}])");
  const GoldenReport report = check_golden(folder.path(), "eigen", DType::f32, 1);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_NE(report.errors.front().find("gone.safetensors"), std::string::npos);
  EXPECT_EQ(report.rows.size(), 5u);
}

TEST(GoldenCheck, LayersGoThroughWhoeverRunsThem) {
  const Folder folder;
  folder.copy(kLayer);
  const LayerGolden before = layer_golden();
  layer_golden() = nullptr;
  const GoldenReport without = check_golden(folder.path(), "eigen", DType::f32, 1);
  ASSERT_EQ(without.rows.size(), 1u);
  EXPECT_NE(without.rows.front().reason.find("synthbench-torch"), std::string::npos);
  layer_golden() = [](const LayerGoldenCase& layer) {
    EXPECT_EQ(layer.about["variant"], "dense");
    LayerGoldenResult result;
    for (const auto& [tensor, stored] : layer.file.tensors) {
      if (tensor == "y" || (tensor.starts_with("grad.") && tensor != "grad.w2")) result.tensors.emplace_back(tensor, stored.values());
    }
    return result;
  };
  const GoldenReport with = check_golden(folder.path(), "eigen", DType::f32, 1);
  layer_golden() = before;
  EXPECT_GT(with.rows.size(), 5u);
  EXPECT_EQ(failed_tensors(with), (std::set<std::string>{kLayer + " grad.w2"})) << "what was not computed fails";
}

TEST(ErrorNorm, FollowsTheRuleOfTheGoldenVectors) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DOUBLE_EQ(error_norm({3.0, 4.5}, {3.0, 4.0}), 0.1);
  EXPECT_DOUBLE_EQ(error_norm({0.0, 2e-3}, {0.0, 0.0}), 2e-3) << "absolute where the truth is zero";
  EXPECT_DOUBLE_EQ(error_norm({-infinity, 4.0}, {-infinity, 4.0}), 0.0);
  EXPECT_EQ(error_norm({-1e30, 4.0}, {-infinity, 4.0}), infinity);
  EXPECT_EQ(error_norm({-infinity, 4.0}, {1.0, 4.0}), infinity);
  EXPECT_TRUE(std::isnan(error_norm({nan, 4.0}, {-infinity, 4.0})));
  EXPECT_TRUE(is_zero({0.0, -infinity}));
  EXPECT_DOUBLE_EQ(error_bound(DType::f32, {2.0}, 3e-7, 1.0), 2 * 3e-7 + 1e-6);
  EXPECT_DOUBLE_EQ(error_bound(DType::f32, {2.0}, 3e-7, 1e4), 2 * 3e-7 + 0x1p-23 * 1e4);
  EXPECT_DOUBLE_EQ(error_bound(DType::f32, {0.0}, 3e-7, 1e4), 1e-5) << "absolute where the truth is zero";
  EXPECT_DOUBLE_EQ(error_bound(DType::f32, {0.0}, 0, 1.0, 300.0), 3e-4) << "what cancelled was larger";
  EXPECT_DOUBLE_EQ(error_bound(DType::f64, {2.0}, 3e-7, 1e4), 1e-10);
  EXPECT_DOUBLE_EQ(error_bound(DType::f64, {0.0}, 3e-7, 1e4), 1e-12);
}

}  // namespace
}  // namespace synthbench
