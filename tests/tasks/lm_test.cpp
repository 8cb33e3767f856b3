#include <gtest/gtest.h>

#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/task.h"
#include "tasks/text/corpus.h"
#include "tasks/text/tokenizer.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// A folder of real data with one data set, "tinyshakespeare", whose bytes are all told apart by their place.
class OwnText : public ::testing::Test {
 protected:
  OwnText() {
    for (int line = 0; line < 300; ++line) text_ += "line " + std::to_string(line * 7919) + "\n";
    std::filesystem::create_directories(data_ / "tinyshakespeare");
    write_file(data_ / "tinyshakespeare/input.txt", text_);
  }

  static Config config(Json changes = Json::object()) {
    Json keys = {{"task", "lm"}, {"data.name", "tinyshakespeare"}, {"data.tokenizer", "bytes"}, {"seq_len", 13}, {"batch", 5}};
    keys.update(changes);
    return Config(keys);
  }
  static std::unique_ptr<TaskData> load(Json changes = Json::object()) { return tasks().at("lm").load(config(std::move(changes))); }

  ScratchFolder data_, cache_;
  WithEnvironment data_folder_{"SYNTHBENCH_DATA", data_.path().c_str()};
  WithEnvironment cache_folder_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
  std::string text_;
};

TEST_F(OwnText, EvaluationPredictsEveryTokenOnce) {
  const Corpus corpus = load_corpus("tinyshakespeare");
  for (const std::int64_t length : {1, 13, 64, 100000}) {
    const auto data = load({{"seq_len", 13}, {"batch", 5}});
    const auto other = length < 1000 ? load({{"seq_len", length}}) : load({{"seq_len", 13}});
    for (const Split split : {Split::train, Split::valid, Split::test}) {
      std::string inputs, targets;
      for (std::int64_t k = 0; k < other->eval_batches(split); ++k) {
        const Batch batch = other->eval_batch(split, k);
        ASSERT_EQ(std::ssize(batch.inputs), batch.rows * batch.cols);
        ASSERT_EQ(batch.inputs.size(), batch.targets.size());
        for (std::size_t place = 0; place < batch.targets.size(); ++place) {
          if (batch.targets[place] == Batch::kIgnored) continue;
          inputs += static_cast<char>(batch.inputs[place]);
          targets += static_cast<char>(batch.targets[place]);
        }
      }
      const std::string text(corpus.split(split));
      EXPECT_EQ(targets, text.substr(1));
      EXPECT_EQ(inputs, text.substr(0, text.size() - 1));
      EXPECT_EQ(other->bytes(split), std::ssize(text) - 1);
    }
  }
}

TEST_F(OwnText, SplitsFollowEachOtherAndEndWithALine) {
  const Corpus corpus = load_corpus("tinyshakespeare");
  std::string together;
  for (const std::string_view part : corpus.splits) {
    EXPECT_EQ(part.back(), '\n');
    together += part;
  }
  EXPECT_EQ(together, text_);
  EXPECT_NEAR(static_cast<double>(corpus.split(Split::train).size()), 0.90 * static_cast<double>(text_.size()), 40);
  EXPECT_NEAR(static_cast<double>(corpus.split(Split::valid).size()), 0.05 * static_cast<double>(text_.size()), 60);
  EXPECT_EQ(load()->notes(), std::vector<std::string>{"tinyshakespeare comes as one split: divided 90/5/5 in file order"});
  EXPECT_EQ(load()->final_split(), Split::test);
}

TEST_F(OwnText, TrainingWindowsLieInTheTrainingSplitAndDependOnSeedAndStepAlone) {
  SCOPED_TRACE(seed_trace());
  const std::string train(load_corpus("tinyshakespeare").split(Split::train));
  const auto data = load(), again = load();
  std::set<std::string> windows;
  for (std::int64_t step = 0; step < 50; ++step) {
    const Batch batch = data->train_batch(step, test_seed()), same = again->train_batch(step, test_seed());
    ASSERT_EQ(batch.rows, 5);
    ASSERT_EQ(batch.cols, 13);
    EXPECT_EQ(batch.inputs, same.inputs);
    EXPECT_NE(batch.inputs, data->train_batch(step, test_seed() + 1).inputs);
    for (std::size_t row = 0; row < 5; ++row) {
      std::string window(1, static_cast<char>(batch.inputs[row * 13]));
      for (std::size_t k = 0; k < 13; ++k) {
        EXPECT_EQ(static_cast<char>(batch.inputs[row * 13 + k]), window.back());
        window += static_cast<char>(batch.targets[row * 13 + k]);
      }
      EXPECT_NE(train.find(window), std::string::npos) << window;
      windows.insert(window);
    }
  }
  EXPECT_GT(windows.size(), 200u) << "250 windows of thousands: nearly all differ";
}

TEST_F(OwnText, LimitsCutWholeWindows) {
  const auto data = load({{"data.max_eval", 3}, {"data.max_train", 1}});
  EXPECT_EQ(data->eval_batches(Split::valid), 1);
  EXPECT_EQ(data->eval_batch(Split::valid, 0).rows, 3);
  EXPECT_EQ(data->bytes(Split::valid), 3 * 13);
  EXPECT_EQ(data->train_batch(0, 1).inputs, data->train_batch(7, 2).inputs) << "one window is all there is";
}

TEST_F(OwnText, WordsCountLineBreaks) {
  const Corpus corpus = load_corpus("tinyshakespeare");
  const std::int64_t lines = std::ranges::count(corpus.split(Split::valid), '\n');
  EXPECT_EQ(load()->words(Split::valid), 3 * lines) << "'line', its number, its end; of the first word one letter is no target";
  const auto words = load({{"data.tokenizer", "words"}, {"data.vocab", 5000}});
  EXPECT_EQ(words->words(Split::valid), 3 * lines - 1);
}

TEST_F(OwnText, ACutSplitCountsWordsThatAreUnknown) {
  const auto data = load({{"data.tokenizer", "words"}, {"data.vocab", 3}, {"data.max_eval", 3}});
  EXPECT_EQ(data->words(Split::valid), 3 * 13) << "one word per target, also behind <unk>";
}

TEST_F(OwnText, ACutSplitCountsTheBytesOfItsSubwords) {
  const Corpus corpus = load_corpus("tinyshakespeare");
  const std::string_view valid = corpus.split(Split::valid);
  for (const char* name : {"bpe", "unigram"}) {
    const auto tokenizer = tokenizers().at(name).train(corpus.split(Split::train), 300);
    const std::vector<std::int32_t> ids = tokenizer->encode(valid);
    const auto spelt = [&](std::size_t used) { return std::ssize(tokenizer->decode(std::span(ids).first(used))); };
    for (std::int64_t cut = 1; cut <= 20; ++cut) {
      const auto data = load({{"data.tokenizer", name}, {"data.vocab", 300}, {"data.max_eval", cut}, {"seq_len", 1}});
      EXPECT_EQ(data->bytes(Split::valid), spelt(static_cast<std::size_t>(cut + 1)) - spelt(1))
          << name << ", " << cut << " windows of one target";
    }
  }
}

TEST_F(OwnText, BigramsBeatUnigramsOnTheFinalSplit) {
  const std::vector<CountBaseline> rows = load()->baselines();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "unigram");
  EXPECT_EQ(rows[1].name, "bigram");
  EXPECT_GT(rows[1].nats_per_token, 0.0);
  EXPECT_LT(rows[1].nats_per_token, rows[0].nats_per_token - 0.5);
  EXPECT_GT(rows[1].parameters, rows[0].parameters);
}

TEST_F(OwnText, ATextThatIsTooShortIsExplained) {
  try {
    load({{"seq_len", 100000}});
    FAIL();
  } catch (const UserError& error) {
    const std::string size = std::to_string(load_corpus("tinyshakespeare").split(Split::train).size());
    EXPECT_EQ(std::string(error.what()),
              "data set 'tinyshakespeare': the training split has " + size + " tokens, seq_len 100000 needs 100001");
  }
}

/// The line that NamedData::sha has for the one stream of a split.
std::string identity(const std::string& split, const std::string& text) {
  return split + " 1 " + std::to_string(text.size()) + " " + sha256(text) + "\n";
}

TEST_F(OwnText, IdentityOfTheDataIsTheHashOfItsBytes) {
  EXPECT_EQ(known_tasks().at("lm").data_sha("tinyshakespeare"), sha256(identity("train", text_)));
}

TEST_F(OwnText, MissingDataNamesFileAndFolder) {
  try {
    load({{"data.name", "wikitext-2"}});
    FAIL();
  } catch (const UserError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("wiki."), std::string::npos) << text;
    EXPECT_NE(text.find(data_.path()), std::string::npos) << text;
  }
  EXPECT_THROW(load({{"data.name", "wikitext"}}), UserError);
}

TEST_F(OwnText, ThreeFilesAreThreeSplits) {
  std::filesystem::create_directories(data_ / "wikitext-2");
  const std::map<std::string, std::string> parts = {
      {"train", " = A = \n \n b c d e f g\n h i j k l m\n"}, {"valid", "b c\n"}, {"test", "c d\n"}};
  for (const auto& [part, text] : parts) write_file(data_ / ("wikitext-2/wiki." + part + ".tokens"), text);
  const auto data = load({{"data.name", "wikitext-2"}, {"data.tokenizer", "words"}, {"seq_len", 4}});
  EXPECT_EQ(data->final_split(), Split::test);
  EXPECT_EQ(data->words(Split::test), 2);
  EXPECT_TRUE(data->notes().empty());
  EXPECT_EQ(known_tasks().at("lm").data_sha("wikitext-2"),
            sha256(identity("train", parts.at("train")) + identity("valid", parts.at("valid")) + identity("test", parts.at("test"))));
}

/// wikitext-2 with a validation split that tests write, so that its counts can be told by eye.
class OwnSplits : public OwnText {
 protected:
  std::unique_ptr<TaskData> load_valid(const std::string& valid, Json changes) const {
    std::filesystem::create_directories(data_ / "wikitext-2");
    const std::map<std::string, std::string> parts = {{"train", "a b c a b a\n a b c a b a\n"}, {"valid", valid}, {"test", "a b\n"}};
    for (const auto& [part, text] : parts) write_file(data_ / ("wikitext-2/wiki." + part + ".tokens"), text);
    changes.update({{"data.name", "wikitext-2"}, {"seq_len", 2}});
    return load(std::move(changes));
  }
};

TEST_F(OwnSplits, ACutSplitCountsTheBlanksBetweenItsWords) {
  const auto data = load_valid("a  b \t c\n  a\n b   c  zebra \n", {{"data.tokenizer", "words"}, {"data.max_eval", 2}});
  EXPECT_EQ(data->bytes(Split::valid), std::ssize(std::string("  b \t c\n  a")));
  EXPECT_EQ(data->words(Split::valid), 4);
}

TEST_F(OwnSplits, UnknownCharactersBehindTheCutDoNotCount) {
  const auto data = load_valid("ab a\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 c\n", {{"data.tokenizer", "chars"}, {"data.max_eval", 1}});
  EXPECT_EQ(data->bytes(Split::valid), 2) << "'b' and a blank";
  EXPECT_EQ(data->words(Split::valid), 1);
}

TEST_F(OwnSplits, UnknownWordsLeaveNoBitsPerByte) {
  const auto unknown = load_valid("a zebra b\n", {{"data.tokenizer", "words"}});
  EXPECT_EQ(unknown->bytes(Split::valid), 0) << "<unk> does not spell 'zebra'";
  EXPECT_EQ(unknown->words(Split::valid), 3) << "word perplexity counts <unk> as a word";
  EXPECT_EQ(unknown->bytes(Split::test), 3) << "the other split knows all its words";
  EXPECT_EQ(load_valid("zebra a b\n", {{"data.tokenizer", "words"}})->bytes(Split::valid), 5) << "the first token is no target";
}

TEST_F(OwnSplits, UnknownCharactersLeaveNeitherCount) {
  const auto unknown = load_valid("a zebra b\n", {{"data.tokenizer", "chars"}});
  EXPECT_EQ(unknown->bytes(Split::valid), 0);
  EXPECT_EQ(unknown->words(Split::valid), 0) << "the word is not spelt";
  EXPECT_EQ(load_valid("a zebra b\n", {{"data.tokenizer", "bytes"}})->bytes(Split::valid), 9) << "bytes spell any text";
}

class ShippedText : public ::testing::Test {
 protected:
  WithEnvironment no_data_{"SYNTHBENCH_DATA", nullptr};
};

TEST_F(ShippedText, FilesAreThoseOfTheManifest) {
  const std::string folder = std::string(SYNTHBENCH_SOURCE_DIR) + "/tasks/data";
  EXPECT_TRUE(std::filesystem::equivalent(shipped_data_folder(), folder));
  std::set<std::string> listed = {"README.md", "manifest.tsv", "fetch.tsv"};
  const std::vector<std::string> lines = split(std::string(trim(read_file(folder + "/manifest.tsv"))), '\n');
  ASSERT_GE(lines.size(), 2u);
  for (std::size_t k = 1; k < lines.size(); ++k) {
    const std::vector<std::string> fields = split(lines[k], '\t');
    ASSERT_EQ(fields.size(), 4u) << lines[k];
    EXPECT_TRUE(fields[3] == "public domain" || fields[3].starts_with("CC BY ")) << lines[k];
    EXPECT_EQ(std::to_string(std::filesystem::file_size(folder + "/" + fields[0])), fields[1]);
    EXPECT_EQ(sha256_of_file(folder + "/" + fields[0]), fields[2]);
    listed.insert(fields[0]);
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = file.path().lexically_relative(folder).string();
    EXPECT_TRUE(!file.is_regular_file() || listed.contains(name)) << name;
  }
}

TEST_F(ShippedText, IsUsedWhereNoFolderHasIt) {
  const std::string shipped = read_file(shipped_data_folder() + "/tinyshakespeare/input.txt");
  EXPECT_EQ(known_tasks().at("lm").data_sha("tinyshakespeare"), sha256(identity("train", shipped)));
  EXPECT_EQ(known_tasks().at("lm").datasets.front(), "tinyshakespeare");
  EXPECT_THROW(corpus_sha("enwik8"), UserError);
}

TEST_F(ShippedText, IsEnglishWithSensibleBaselines) {
  const auto data =
      tasks().at("lm").load(Config(Json{{"data.name", "tinyshakespeare"}, {"data.tokenizer", "chars"}, {"seq_len", 128}, {"batch", 16}}));
  EXPECT_EQ(data->vocabulary(), 66) << "65 characters and one for all others";
  const std::vector<CountBaseline> rows = data->baselines();
  EXPECT_NEAR(rows[0].nats_per_token, 3.3, 0.1);
  EXPECT_NEAR(rows[1].nats_per_token, 2.5, 0.1);
}

}  // namespace
}  // namespace synthbench
