// Data sets in folders made here: splits, layouts, refusals.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>

#include "tasks/datasets/presence.h"
#include "tasks/datasets/verify.h"
#include "tests/tasks/own_folder.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

TEST_F(OwnFolder, OneSplitIsDividedInFileOrderAndSaysSo) {
  std::string english, german;
  for (int k = 0; k < 40; ++k) english += std::to_string(k) + "\n", german += "g" + std::to_string(k) + "\n";
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", english);
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", german);
  const NamedData data("tatoeba");
  EXPECT_EQ(data.notes(), std::vector<std::string>{"tatoeba comes as one split: divided 90/5/5 in file order"});
  EXPECT_EQ(texts(data, Split::train, "source").size(), 36u);
  EXPECT_EQ(texts(data, Split::valid, "target"), (std::vector<std::string>{"g36", "g37"}));
  EXPECT_EQ(texts(data, Split::test, "source"), (std::vector<std::string>{"38", "39"}));
}

TEST_F(OwnFolder, WithoutAValidationSplitTheEndOfTrainIsIt) {
  std::string rows;
  for (int k = 0; k < 20; ++k) rows += "\"1\",\"t\",\"" + std::to_string(k) + "\"\n";
  put("ag_news_csv/train.csv", rows);
  put("ag_news_csv/test.csv", "\"4\",\"a \"\"quoted\"\" title\",\"two\nlines, a comma\"\n");
  const NamedData data("ag_news");
  ASSERT_EQ(data.notes().size(), 1u);
  EXPECT_EQ(texts(data, Split::train, "text").size(), 19u);
  EXPECT_EQ(texts(data, Split::valid, "text"), std::vector<std::string>{"19"});
  EXPECT_EQ(texts(data, Split::test, "text"), std::vector<std::string>{"two\nlines, a comma"});
  EXPECT_EQ(texts(data, Split::test, "title"), std::vector<std::string>{"a \"quoted\" title"});
}

TEST_F(OwnFolder, SidesOfUnequalLengthAreRefusedWithBothCounts) {
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", "a\nb\nc\n");
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", "a\nb\nc\nd\ne\n");
  EXPECT_EQ(refusal("tatoeba", Split::train), data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu" + " has 5 lines, " +
                                                  data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng" + " has 3: they belong together");
}

TEST_F(OwnFolder, RefusalsNameTheFileAndTheLine) {
  put("GLUE/RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\n");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ":3: 3 columns, 4 are needed");
  put("GLUE/RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tperhaps\n");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ":2: label 'perhaps' is none of entailment, not_entailment");
  put("GLUE/RTE/train.tsv", "index\tsentence1\tlabel\n");
  EXPECT_EQ(refusal("rte", Split::train),
            data_ / "GLUE/RTE/train.tsv" + ":1: the header has no column 'sentence2', it has index, sentence1, label");
  put("GLUE/RTE/train.tsv", "");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ": an empty file, its header is missing");
  put("GLUE/SST-2/train.tsv",
      "sentence\tlabel\nfine\t1\nb\xFF"
      "d\t0\n");
  EXPECT_EQ(refusal("sst-2", Split::train), data_ / "GLUE/SST-2/train.tsv" + ":3: byte 2 (0xff) is not UTF-8");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": \"neutral\"}\n{\"premise\": \"a\"}\n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":2: no value at '/hypothesis'");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \n");
  EXPECT_EQ(refusal("cb", Split::train),
            data_ / "SuperGLUE/CB/train.jsonl" + ":1: byte 13: not valid JSON, of which a line holds one object");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": 1e999}\n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":1: not valid JSON, a number is out of range");
  put("SuperGLUE/CB/train.jsonl", "[]\n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":1: not a JSON object, of which a line holds one");
  put("ag_news_csv/train.csv", "\"1\",\"never closed,\"\"\n\"2\"\n");
  EXPECT_NE(refusal("ag_news", Split::train).find("ag_news_csv/train.csv:"), std::string::npos);
  put("personachat/train_self_original_no_cands.txt", "1 your persona: a\n2 hi\tho\n4 hi\tho\n");
  EXPECT_EQ(refusal("personachat", Split::train),
            data_ / "personachat/train_self_original_no_cands.txt" + ":3: the line has number 4, 3 or 1 is next");
}

TEST_F(OwnFolder, AnEnormousLineIsOneError) {
  put("emnlp2017-wmt-news/test_emnlp.txt", "short\n" + std::string(StreamLines::kLongest + 70000, 'x') + "\n");
  EXPECT_NE(refusal("emnlp-news", Split::train).find("test_emnlp.txt:2: a line of more than"), std::string::npos);
}

TEST_F(OwnFolder, TheSameTextIsFoundPlainPackedAndInArchives) {
  const std::string shell =
      "cd '" + data_.path() +
      "' && mkdir -p GLUE/WNLI && printf 'index\\tsentence1\\tsentence2\\tlabel\\n0\\ta\\tb\\t1\\n' > GLUE/WNLI/train.tsv && "
      "cp GLUE/WNLI/train.tsv GLUE/WNLI/dev.tsv && ";
  const auto found = [] { return texts(NamedData("wnli"), Split::valid, "sentence2"); };
  for (const char* pack : {"true", "gzip GLUE/WNLI/*.tsv", "gunzip GLUE/WNLI/*.gz && xz GLUE/WNLI/*.tsv",
                           "unxz GLUE/WNLI/*.xz && tar czf GLUE/WNLI.tar.gz -C GLUE WNLI && rm -r GLUE/WNLI",
                           "tar xzf GLUE/WNLI.tar.gz -C GLUE && rm GLUE/WNLI.tar.gz && tar cJf GLUE.tar.xz GLUE && rm -r GLUE"}) {
    const std::string command = std::string(pack) == "true" ? shell + pack : "cd '" + data_.path() + "' && " + pack;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    EXPECT_EQ(found(), std::vector<std::string>{"b"}) << pack;
  }
}

TEST_F(OwnFolder, SgmlSegmentsAreResolved) {
  put("dev/newstest2013.en", "unused\n");
  put("dev/newstest2013.de", "unused\n");
  put("dev/newstest2014-deen-src.en.sgm",
      "<srcset>\n<doc>\n<seg id=\"1\"> Q &amp; A &lt;b&gt; </seg>\n<seg id=\"2\">on two\nlines</seg>\n</doc>\n");
  put("dev/newstest2014-deen-ref.de.sgm", "<seg id=\"1\">F&amp;amp;</seg>\n<seg id=\"2\">x</seg>\n");
  const NamedData data("wmt14-en-de");
  EXPECT_EQ(texts(data, Split::test, "source"), (std::vector<std::string>{"Q & A <b>", "on two lines"}));
  EXPECT_EQ(texts(data, Split::test, "target"), (std::vector<std::string>{"F&amp;", "x"}));
  EXPECT_NE(refusal("wmt14-en-de", Split::train).find("its train split is not here"), std::string::npos);
}

TEST_F(OwnFolder, SegmentsMayShareALineAndNoneIsLost) {
  const std::string place = "dev/newstest2014-deen-";
  put(place + "src.en.sgm", "<seg id=\"1\">a</seg> <seg id=\"2\">b</seg><seg id=\"3\">on two\nlines</seg><seg id=\"4\">d</seg>\n");
  put(place + "ref.de.sgm", "<seg id=\"1\">A</seg>\n<seg id=\"2\">B</seg>\n<seg id=\"3\">C</seg>\n<seg id=\"4\">D</seg>\n");
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::train, "source"), (std::vector<std::string>{"a", "b", "on two lines"}));
  put(place + "src.en.sgm", "<seg id=\"1\">a\n<seg id=\"2\">b</seg>\n");
  EXPECT_NE(refusal("wmt14-en-de", Split::train).find("src.en.sgm:1: a <seg> without </seg>"), std::string::npos);
}

TEST_F(OwnFolder, AnArchiveIsTakenForWhatIsInIt) {
  // As published: one archive holds newstest2013 as lines, another newstest2014 as SGML.
  shell(
      "mkdir -p dev test-full && echo v > dev/newstest2013.en && echo V > dev/newstest2013.de && "
      "echo '<seg id=\"1\">t</seg>' > test-full/newstest2014-deen-src.en.sgm && "
      "echo '<seg id=\"1\">T</seg>' > test-full/newstest2014-deen-ref.de.sgm && "
      "tar czf dev.tgz dev && tar czf test-full.tgz test-full && rm -r dev test-full");
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::valid, "target"), std::vector<std::string>{"V"});
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::test, "source"), std::vector<std::string>{"t"});
  for (const Verified& verdict : verify("wmt14-en-de")) EXPECT_EQ(verdict.detail, "") << verdict.files;
  shell("mkdir dev && echo x > dev/other && tar czf dev.tgz dev && rm -r dev");
  EXPECT_FALSE(NamedData("wmt14-en-de").has(Split::valid) && NamedData("wmt14-en-de").files(Split::valid) != nullptr)
      << "an archive that has changed is listed anew";
}

TEST_F(OwnFolder, AFewRowsOfQqpMayBeMalformedAndNotMore) {
  const std::string header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n", good = "0\t1\t2\ta\tb\t1\n", odd = "0\t1\t2\ta\t1\n";
  const auto repeated = [](const std::string& row, int times) {
    std::string rows;
    for (int k = 0; k < times; ++k) rows += row;
    return rows;
  };
  put("GLUE/QQP/dev.tsv", header + good + odd);
  put("GLUE/QQP/test.tsv", "id\tquestion1\tquestion2\n0\ta\tb\n1\ta\n");
  put("GLUE/QQP/train.tsv", header + good + "\tb\t1\n" + repeated(odd, 35) + good);
  EXPECT_EQ(texts(NamedData("qqp"), Split::train, "question2"), (std::vector<std::string>{"b", "b"}));
  EXPECT_EQ(texts(NamedData("qqp"), Split::valid, "question2"), std::vector<std::string>{"b"});
  EXPECT_EQ(refusal("qqp", Split::test), data_ / "GLUE/QQP/test.tsv" + ":3: 2 columns, 3 are needed");
  put("GLUE/QQP/train.tsv", header + repeated(odd, 37) + good);
  EXPECT_EQ(refusal("qqp", Split::train), data_ / "GLUE/QQP/train.tsv" + ":38: 5 columns, 6 are needed");
  put("GLUE/QQP/dev.tsv", header + repeated(odd, 5));
  EXPECT_EQ(refusal("qqp", Split::valid), data_ / "GLUE/QQP/dev.tsv" + ":6: 5 columns, 6 are needed");
}

TEST_F(OwnFolder, TextsThatMoveFromOneSplitOrSideToAnotherAreOtherData) {
  std::set<std::string> seen;
  const auto is_new = [&](const std::string& name) { return seen.insert(NamedData(name).sha()).second; };
  put("wikitext-2/wiki.train.tokens", "a\n");
  put("wikitext-2/wiki.valid.tokens", "b\nc\n");
  EXPECT_TRUE(is_new("wikitext-2"));
  put("wikitext-2/wiki.train.tokens", "a\nb\n");
  put("wikitext-2/wiki.valid.tokens", "c\n");
  EXPECT_TRUE(is_new("wikitext-2"));
  fs::rename(data_ / "wikitext-2/wiki.valid.tokens", data_ / "wikitext-2/wiki.test.tokens");
  EXPECT_TRUE(is_new("wikitext-2"));
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", "a\nb\n");
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", "");
  EXPECT_TRUE(is_new("tatoeba"));
  fs::rename(data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", data_ / "moved");
  fs::rename(data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu");
  fs::rename(data_ / "moved", data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng");
  EXPECT_TRUE(is_new("tatoeba"));
}

TEST_F(OwnFolder, FilesThatMoveFromOneClassToAnotherAreOtherData) {
  put("aclImdb/train/neg/0_1.txt", "bad");
  put("aclImdb/train/neg/1_2.txt", "good");
  put("aclImdb/train/pos/0_9.txt", "better");
  const std::string before = NamedData("imdb").sha();
  shell("tar czf aclImdb_v1.tar.gz --sort=name aclImdb && mv aclImdb other");
  EXPECT_EQ(NamedData("imdb").sha(), before) << "wherever the tree lies";
  shell("rm aclImdb_v1.tar.gz && mv other aclImdb && mv aclImdb/train/neg/1_2.txt aclImdb/train/pos/0_8.txt");
  EXPECT_NE(NamedData("imdb").sha(), before) << "the same bytes in the same order, another label";
}

TEST_F(OwnFolder, WhereAnIndexLiesAndHowItIsPackedIsNoPartOfTheData) {
  put("xsum/bbc-summary-data/17.summary", "[SN]URL[SN]\nu\n[SN]FIRST-SENTENCE[SN]\nA.\n[SN]RESTBODY[SN]\nB.\n");
  put("xsum/XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json", R"({"train": ["17"], "validation": [], "test": []})");
  const std::string before = NamedData("xsum").sha();
  shell("mv xsum/*.json .");
  EXPECT_EQ(NamedData("xsum").sha(), before);
  shell("gzip *.json");
  EXPECT_EQ(NamedData("xsum").sha(), before);
  shell("mv xsum/bbc-summary-data/17.summary xsum/bbc-summary-data/18.summary");
  EXPECT_NE(NamedData("xsum").sha(), before) << "the index means another text";
}

TEST_F(OwnFolder, DescriptionsArePairedTextByText) {
  const auto stanza = [](const std::string& md5, const std::string& language, const std::string& texts) {
    return "Package: p\nDescription-md5: " + md5 + "\nDescription-" + language + ": " + texts + "\n\n";
  };
  put("debian-ddtp/Translation-en",
      stanza("1", "en", "a game\n One line,\n two lines.\n . \n Features:\n  * fast\n  * xterm\n .\n An end.") +
          stanza("2", "en", "a tool\n One.\n .\n Two.") + stanza("3", "en", "not translated"));
  put("debian-ddtp/Translation-de",
      stanza("1", "de", "ein Spiel\n Eine Zeile,\n zwei Zeilen.\n .\n Kann:\n  * schnell\n  * xterm\n .\n Ein Ende.") +
          stanza("2", "de", "ein Werkzeug \n Eins und zwei.") + stanza("1", "de", "noch ein Spiel"));
  const NamedData data("ddtp");
  std::vector<std::string> sources, targets;
  const Examples examples = open_split(data.about(), *data.whole());
  for (Record record; examples(record);) {
    sources.push_back(record.at("source"));
    targets.push_back(record.at("target"));
  }
  EXPECT_EQ(sources, (std::vector<std::string>{"a game", "One line, two lines.", "Features:", "* fast", "An end.", "a tool"}));
  EXPECT_EQ(targets,
            (std::vector<std::string>{"ein Spiel", "Eine Zeile, zwei Zeilen.", "Kann:", "* schnell", "Ein Ende.", "ein Werkzeug"}));
}

TEST_F(OwnFolder, AnEntityIsCountedInCharacters) {
  put("SuperGLUE/ReCoRD/train.jsonl",
      "{\"passage\": {\"text\": \"\xC3\x84 Bob\", \"entities\": [{\"start\": 2, \"end\": 4}]}, \"qas\": [{\"query\": \"@placeholder\", "
      "\"idx\": 1, "
      "\"answers\": [{\"text\": \"Bob\"}, {\"text\": \"Bob\"}]}]}\n");
  put("SuperGLUE/ReCoRD/val.jsonl", "{\"passage\": {\"text\": \"a\", \"entities\": [{\"start\": 0, \"end\": 1}]}, \"qas\": []}\n");
  EXPECT_EQ(texts(NamedData("record"), Split::train, "entities"), std::vector<std::string>{"Bob"});
  EXPECT_EQ(texts(NamedData("record"), Split::train, "label"), std::vector<std::string>{"Bob"});
  EXPECT_NE(refusal("record", Split::valid).find("val.jsonl:1: an object of another form"), std::string::npos);
}

TEST_F(OwnFolder, OfClassesThatLieOneBehindTheOtherEachIsInEverySplit) {
  for (int k = 0; k < 60; ++k) {
    put("aclImdb/train/neg/" + std::to_string(k) + "_1.txt", "bad");
    put("aclImdb/train/pos/" + std::to_string(k) + "_9.txt", "good");
  }
  put("aclImdb/test/neg/0_1.txt", "bad");
  const NamedData data("imdb");
  EXPECT_EQ(data.notes(),
            std::vector<std::string>{"imdb comes without a validation split: every 20th example of train, which lies class by "
                                     "class, is it"});
  const auto counted = [&](Split split) {
    std::map<std::string, int> labels;
    for (const std::string& label : texts(data, split, "label")) ++labels[label];
    return labels;
  };
  EXPECT_EQ(counted(Split::train), (std::map<std::string, int>{{"neg", 57}, {"pos", 57}}));
  EXPECT_EQ(counted(Split::valid), (std::map<std::string, int>{{"neg", 3}, {"pos", 3}}));
  std::set<std::string> ids;
  for (const Split split : {Split::train, Split::valid}) {
    const std::vector<std::string> here = texts(data, split, "id");
    ids.insert(here.begin(), here.end());
  }
  EXPECT_EQ(ids.size(), 120u) << "each example is in one of them";
  fs::remove_all(data_ / "aclImdb/test");
  const NamedData whole("imdb");
  EXPECT_EQ(whole.notes(),
            std::vector<std::string>{"imdb comes as one split: of every 20 examples, which lie class by class, two are valid and test"});
  for (const Split split : {Split::valid, Split::test}) {
    std::map<std::string, int> labels;
    for (const std::string& label : texts(whole, split, "label")) ++labels[label];
    EXPECT_EQ(labels, (std::map<std::string, int>{{"neg", 3}, {"pos", 3}}));
  }
  EXPECT_EQ(texts(whole, Split::train, "label").size(), 108u);
  fs::remove_all(data_ / "aclImdb/train");
  put("aclImdb/train/neg/0_1.txt", "bad");
  put("aclImdb/train/pos/0_9.txt", "good");
  put("aclImdb/test/neg/0_1.txt", "bad");
  EXPECT_EQ(texts(NamedData("imdb"), Split::valid, "label").size(), 1u) << "few examples, and none of the splits empty";
  EXPECT_EQ(texts(NamedData("imdb"), Split::train, "label").size(), 1u);
}

TEST_F(OwnFolder, APathThatTheSystemCannotFollowIsTheUsersErrorByName) {
  shell("mkdir -p GLUE/RTE && ln -s train.tsv GLUE/RTE/train.tsv");
  EXPECT_EQ(refusal("rte", Split::train), "cannot read " + (data_ / "GLUE/RTE/train.tsv") + ": Too many levels of symbolic links");
  EXPECT_FALSE(presence("rte").available);
  EXPECT_TRUE(presence("rte").unreadable);
  EXPECT_FALSE(presence("cola").unreadable) << "it is not here";
  EXPECT_NE(presence("rte").reason.find("GLUE/RTE/train.tsv"), std::string::npos) << "a list of all data sets goes on";
  const std::vector<Verified> verdicts = verify("rte");
  ASSERT_EQ(verdicts.size(), 1u) << "and so does a reading of all";
  EXPECT_EQ(verdicts[0].status, "damaged");
  EXPECT_EQ(verdicts[0].detail, presence("rte").reason);
}

TEST_F(OwnFolder, AFolderThatMayNotBeEnteredIsNotAbsent) {
  put("GLUE/RTE/train.tsv", "index\n");
  put("aclImdb/train/neg/0_1.txt", "bad");
  shell("chmod 755 . && chmod 000 GLUE aclImdb/train");
  const pid_t child = ::fork();  // root may enter every folder: as somebody else
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    if (::access(data_.path().c_str(), X_OK) != 0) ::_exit(2);
    try {
      ::_exit(presence("rte").unreadable && presence("imdb").unreadable ? 0 : 1);
    } catch (...) {
      ::_exit(3);
    }
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  shell("chmod 755 GLUE aclImdb/train");
  EXPECT_FALSE(presence("rte").unreadable);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "root may enter every folder, and nobody else can be asked here";
  EXPECT_EQ(status, 0) << "both are unreadable";
}

}  // namespace
}  // namespace synthbench
