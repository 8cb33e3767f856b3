#include "harness/protocol.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "tests/harness/plans.h"
#include "tests/harness/record_capture.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

std::string framed(const std::string& body) {
  std::string frame;
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>(body.size() >> shift & 0xff));
  return frame + body;
}

TEST(Protocol, AnOrderComesBackAsItWasSent) {
  WorkerOrder order;
  order.config = config_of({{"variant", "random+vanilla"}, {"seq_len", "33"}, {"causal", "true"}});
  order.seed = 7;
  order.measure.cache = {"hot", "cold"};
  order.measure.max_noise = 0.125;
  order.launch = 2;
  order.gate = false;
  order.artifact_folder = "a folder/with 'quotes'";
  order.threads = 3;
  order.memory_limit = 1ll << 40;
  order.supervisor = 4242;
  const WorkerOrder back = order_from_json(Json::parse(to_json(order).dump()));
  EXPECT_EQ(to_json(back), to_json(order));
  EXPECT_EQ(back.config.json(), order.config.json());
  EXPECT_EQ(back.measure.cache, order.measure.cache);
  EXPECT_FALSE(back.gate);
}

TEST(Protocol, NumbersThatJsonCannotHoldComeBack) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), -0.0, 1e-300}) {
    MetricRow row;
    row.name = "loss";
    row.unit = "nats";
    row.value = value;
    const double back = metric_from_json(Json::parse(to_json(row).dump())).value;
    EXPECT_TRUE((std::isnan(value) && std::isnan(back)) || value == back) << value << " came back as " << back;
  }
}

TEST(Protocol, EveryRowComesBack) {
  const SampleRow sample{"measure", "cold", "wall", 2, 17, 5, 123456789, 1410, "throttled"};
  EXPECT_EQ(to_json(sample_from_json(to_json(sample))), to_json(sample));
  const CheckRow check{"reference", "f64", "grad.value", "rel_norm", "kernel fused", std::nan(""), 1e-6, false, 3};
  EXPECT_EQ(to_json(check_from_json(to_json(check))), to_json(check));
  const ArtifactRow artifact{"hypotheses", "x.db.artifacts/c1/hyp.txt", std::string(64, 'a'), 99};
  EXPECT_EQ(to_json(artifact_from_json(to_json(artifact))), to_json(artifact));
}

TEST(Protocol, RecordsSurviveAnyCutIntoPieces) {
  std::mt19937_64 draw(test_seed());
  SCOPED_TRACE(seed_trace());
  const RecordCapture capture;
  for (int k = 0; k < 50; ++k)
    RecordWriter().write({{"type", "progress"}, {"step", k}, {"text", std::string(draw() % 300, 'x') + "\n\"é\""}});
  const std::string bytes = capture.bytes();
  RecordReader reader;
  int next = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t piece = std::min<std::size_t>(1 + draw() % 97, bytes.size() - at);
    reader.feed({bytes.data() + at, piece});
    at += piece;
    while (const auto record = reader.next()) EXPECT_EQ(record->at("step"), next++);
  }
  EXPECT_EQ(next, 50);
  EXPECT_EQ(reader.pending(), 0u);
}

TEST(Protocol, BytesThatAreNotUtf8DoNotStopARecord) {
  const RecordCapture capture;
  RecordWriter().write({{"type", "end"}, {"outcome", "failed"}, {"reason", "a name of bytes \xff\xfe"}});
  ASSERT_EQ(capture.records().size(), 1u);
  EXPECT_EQ(capture.records().front().at("outcome"), "failed");
}

TEST(Protocol, GarbageIsAProtocolErrorThatSaysSo) {
  const auto complaint = [](const std::string& bytes) -> std::string {
    RecordReader reader;
    reader.feed(bytes);
    try {
      while (reader.next()) {
      }
    } catch (const ProtocolError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(complaint("Segmentation fault (core dumped)").find("record pipe"), std::string::npos);
  EXPECT_NE(complaint(framed("no json")).find("not a JSON object"), std::string::npos);
  EXPECT_NE(complaint(framed("[1,2]")).find("not a JSON object"), std::string::npos);
  EXPECT_NE(complaint(framed("{}")).find("without a type"), std::string::npos);
  EXPECT_NE(complaint(framed(R"({"type":"gossip"})")).find("\"gossip\""), std::string::npos);
  EXPECT_EQ(complaint(framed(R"({"type":"end"})")), "");
}

TEST(Protocol, KeysOfAnotherTypeThanTheirsAreGarbage) {
  for (const char* body : {R"({"type":"ran","variant":3})", R"({"type":"ran","label":null})", R"({"type":"ran","parameters":"many"})",
                           R"({"type":"ran","parameters":1e300})", R"({"type":"progress","step":"first"})",
                           R"({"type":"progress","text":[]})", R"({"type":"end","outcome":0})", R"({"type":"end","reason":{}})",
                           R"({"type":"end","peak_rss_bytes":"all of it"})", R"({"type":"end","peak_rss_bytes":18446744073709551615})"}) {
    RecordReader reader;
    reader.feed(framed(body));
    EXPECT_THROW(reader.next(), ProtocolError) << body;
  }
}

TEST(Protocol, RandomBytesNeverCrashTheReader) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 draw(test_seed());
  for (int round = 0; round < 300; ++round) {
    std::string bytes(draw() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(draw());
    if (round % 3 == 0) bytes = framed(bytes);
    RecordReader reader;
    reader.feed(bytes);
    try {
      while (const auto record = reader.next()) EXPECT_TRUE(record->is_object());
    } catch (const ProtocolError&) {
      continue;  // refused in words: the other good end of garbage
    }
  }
}

TEST(Protocol, ARowThatTheDatabaseWouldRefuseIsRefusedBefore) {
  Json sample = to_json(SampleRow{"measure", "hot", "wall", 0, 0, 1, 10, {}, ""});
  for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
           {"phase", "afterwards"}, {"cache", "tepid"}, {"clock", "sun"}, {"inner_iters", 0}, {"total_ns", -1}}) {
    Json bad = sample;
    bad[key] = value;
    EXPECT_THROW(sample_from_json(bad), ProtocolError) << key;
  }
  for (const char* key : {"total_ns", "round", "sm_mhz"}) {
    Json bad = sample;
    bad[key] = 1e300;
    EXPECT_THROW(sample_from_json(bad), ProtocolError) << key;
  }
  CheckRow check{"reference", "f64", "out", "rel_norm", "", 0, std::nan(""), true, 3};
  EXPECT_THROW(check_from_json(to_json(check)), ProtocolError);
  sample.erase("round");
  EXPECT_THROW(sample_from_json(sample), ProtocolError);
  MetricRow metric;
  metric.better = "sideways";
  EXPECT_THROW(metric_from_json(to_json(metric)), ProtocolError);
  metric.better = "none";
  Json half = to_json(metric);
  half["n"] = 0.5;
  EXPECT_THROW(metric_from_json(half), ProtocolError);
  half["n"] = nullptr;
  EXPECT_FALSE(metric_from_json(half).n.has_value());
}

}  // namespace
}  // namespace synthbench
