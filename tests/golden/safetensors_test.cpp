// Files of tensors: what is written is read, whoever else reads it finds aligned data, and damage is named.
#include "harness/base/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/json.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

class SafetensorsFile : public testing::Test {
 protected:
  ~SafetensorsFile() override { fs::remove(path_); }
  std::string message(const std::string& bytes) const {
    write_file(path_, bytes);
    try {
      read_safetensors(path_);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }
  static std::string file_of(const std::string& header, const std::string& data) {
    std::string out(8, '\0');
    const std::uint64_t size = header.size();
    std::memcpy(out.data(), &size, 8);
    return out + header + data;
  }

  const std::string path_ = (fs::temp_directory_path() / ("safetensors_test." + std::to_string(std::random_device{}()))).string();
};

template <typename Number>
StoredTensor tensor(std::vector<std::int64_t> shape, std::vector<Number> values) {
  return StoredTensor::of(std::move(shape), std::span<const Number>(values));
}

TEST_F(SafetensorsFile, EveryDtypeComesBackAsItWasWritten) {
  Safetensors content;
  content.metadata = {{"format", "pt"}, {"case", R"({"a": "ü"})"}};
  content.tensors["odd_bytes"] = tensor<std::uint8_t>({3}, {1, 2, 255});
  content.tensors["ids"] = tensor<std::int32_t>({2, 1}, {-7, 8});
  content.tensors["steps"] = tensor<std::int64_t>({}, {1234567890123});
  content.tensors["weights"] = tensor<float>({2, 2}, {0.5f, -1.25f, 3e-38f, 7.0f});
  content.tensors["truth"] = tensor<double>({1, 2}, {0.1, -1e300});
  content.tensors["nothing"] = tensor<float>({0, 4}, {});
  write_safetensors(path_, content);
  const Safetensors back = read_safetensors(path_);
  EXPECT_EQ(back.metadata, content.metadata);
  ASSERT_EQ(back.tensors.size(), content.tensors.size());
  for (const auto& [name, stored] : content.tensors) {
    EXPECT_EQ(back.at(name).dtype, stored.dtype) << name;
    EXPECT_EQ(back.at(name).shape, stored.shape) << name;
    EXPECT_EQ(back.at(name).bytes, stored.bytes) << name;
  }
  EXPECT_EQ(back.at("ids").values(), (std::vector<double>{-7, 8}));
  EXPECT_EQ(back.at("steps").values(), std::vector<double>{1234567890123});
  EXPECT_EQ(back.at("truth").values(), (std::vector<double>{0.1, -1e300}));
}

TEST_F(SafetensorsFile, EveryTensorIsAlignedToItsElements) {
  Safetensors content;
  content.tensors["a"] = tensor<std::uint8_t>({3}, {1, 2, 3});
  content.tensors["b"] = tensor<float>({1}, {1.0f});
  content.tensors["c"] = tensor<double>({1}, {1.0});
  const std::string bytes = to_safetensors(content);
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  EXPECT_EQ(size % 8, 0u);
  const Json header = Json::parse(bytes.substr(8, size));
  EXPECT_EQ(header["c"]["data_offsets"], (Json{0, 8}));
  EXPECT_EQ(header["b"]["data_offsets"], (Json{8, 12}));
  EXPECT_EQ(header["a"]["data_offsets"], (Json{12, 15}));
}

TEST_F(SafetensorsFile, DamageIsNamedWithTheFile) {
  const auto one = [](const std::string& entry) { return R"({"w":)" + entry + "}"; };
  const std::vector<std::pair<std::string, std::string>> broken{
      {"abc", "too few"},
      {std::string("\x00\x00\x00\x00\x00\x00\x00\x10", 8) + "{}", "the header claims"},
      {file_of("[]", ""), "not a JSON object"},
      {file_of("{\"w\":", ""), "not a JSON object"},
      {file_of("\xff{}", ""), "not a JSON object"},
      {file_of(one("3"), ""), "not an object"},
      {file_of(one(R"({"shape":[1],"data_offsets":[0,4]})"), "1234"), "has the dtype ''"},
      {file_of(one(R"({"dtype":"F7","shape":[1],"data_offsets":[0,4]})"), "1234"), "has the dtype 'F7'"},
      {file_of(one(R"({"dtype":"F32","data_offsets":[0,4]})"), "1234"), "no shape"},
      {file_of(one(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), "1234"), "extent -1"},
      {file_of(one(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})"), "1234"), "extent 1.5"},
      {file_of(one(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})"), "1234"), "extent 18446744073709551615"},
      {file_of(one(R"({"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]})"), "1234"), "does not fit"},
      {file_of(one(R"({"dtype":"F32","shape":[1]})"), "1234"), "no data_offsets"},
      {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,-4]})"), "1234"), "no data_offsets"},
      {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), "1234"), "lies at bytes"},
      {file_of(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), "1234"), "lies at bytes 0 to 8"},
      {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "12345678"), "hole"},
      {file_of(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), "12345678"), "end at byte 4"},
      {file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234"),
       "overlaps"},
      {file_of(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234"),
       "'a' twice"},
      {file_of(R"({"__metadata__":{"level":3}})", ""), "not a text"},
  };
  for (const auto& [bytes, want] : broken) {
    const std::string text = message(bytes);
    EXPECT_TRUE(text.starts_with(path_ + ": ")) << text;
    EXPECT_NE(text.find(want), std::string::npos) << text << "\n  lacks: " << want;
  }
}

TEST_F(SafetensorsFile, MissingTensorsAndFilesAreNamed) {
  Safetensors content;
  content.tensors["w"] = tensor<float>({1}, {1.0f});
  write_safetensors(path_, content);
  EXPECT_EQ(read_safetensors(path_).find("v"), nullptr);
  EXPECT_THROW(read_safetensors(path_).at("v"), UserError);
  EXPECT_THROW(read_safetensors(path_ + ".gone"), UserError);
}

TEST_F(SafetensorsFile, WhatDoesNotFitItsShapeIsNotWritten) {
  EXPECT_THROW(tensor<float>({3}, {1.0f}), std::logic_error);
  Safetensors content;
  content.tensors["w"] = {"F32", {2}, "1234"};
  EXPECT_THROW(write_safetensors(path_, content), std::logic_error);
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace synthbench
