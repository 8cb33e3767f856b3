// Data sets as their publishers pack them: archives, archives in archives, archives that were unpacked where they lay.
#include <algorithm>

#include "tasks/datasets/verify.h"
#include "tests/tasks/own_folder.h"
#include "tests/tasks/zipped.h"

namespace synthbench {
namespace {

using Texts = std::vector<std::string>;

TEST_F(OwnFolder, TheTrainingTextOfWmt14IsFoundAsPublishedAndUnpacked) {
  shell(
      "mkdir -p training un && for l in en fr; do echo europarl $l > training/europarl-v7.fr-en.$l; echo crawl $l > commoncrawl.fr-en.$l; "
      "echo news $l > training/news-commentary-v9.fr-en.$l; echo un $l > un/undoc.2000.fr-en.$l; "
      "echo giga $l | gzip > giga-fren.release2.fixed.$l.gz; done");
  shell(
      "tar czf training-parallel-europarl-v7.tgz training/europarl* && tar czf training-parallel-commoncrawl.tgz commoncrawl* && "
      "tar czf training-parallel-nc-v9.tgz training/news* && tar czf training-parallel-un.tgz un && "
      "tar cf training-giga-fren.tar giga* && rm -r training un commoncrawl* giga*");
  const Texts sources = {"europarl en", "crawl en", "news en", "un en", "giga en"};
  const Texts targets = {"europarl fr", "crawl fr", "news fr", "un fr", "giga fr"};
  EXPECT_EQ(texts(NamedData("wmt14-en-fr"), Split::train, "source").size(), 4u) << "one split here, of which 90 % are train";
  const auto all = [&](const char* field) {
    Texts found;
    const NamedData data("wmt14-en-fr");
    const Examples examples = open_split(data.about(), *data.whole());
    for (Record record; examples(record);) found.push_back(record.at(field));
    return found;
  };
  EXPECT_EQ(all("source"), sources);
  EXPECT_EQ(all("target"), targets);
  EXPECT_EQ(NamedData("wmt14-en-fr").whole()->streams.front().back().member, "giga-fren.release2.fixed.en.gz");
  shell("mkdir wmt14 && mv *.tgz *.tar wmt14");
  EXPECT_EQ(all("source"), sources) << "below wmt14/";
  shell("cd wmt14 && for a in *.tgz *.tar; do tar xf $a && rm $a; done");
  EXPECT_EQ(all("target"), targets) << "unpacked there, giga-fren still in gzip";
}

TEST_F(OwnFolder, OlderNewstestsAreReadFromTheSgmlOfWmt) {
  std::string make = "mkdir dev";
  Texts sources, targets;
  for (const std::string set : {"news-test2008", "newstest2009", "newstest2010", "newstest2011", "newstest2012"}) {
    make += " && echo '<seg id=\"1\">" + set + "</seg>' > dev/" + set + "-src.en.sgm && echo '<seg id=\"1\">von " + set + "</seg>' > dev/" +
            set + "-ref.de.sgm";
    sources.push_back(set);
    targets.push_back("von " + set);
  }
  make += " && echo valid > dev/newstest2013.en && echo Pruefung > dev/newstest2013.de && tar czf dev.tgz dev && rm -r dev";
  shell(make);
  const NamedData data("newstest-en-de");
  EXPECT_EQ(texts(data, Split::train, "source"), sources);
  EXPECT_EQ(texts(data, Split::train, "target"), targets);
  EXPECT_EQ(texts(data, Split::valid, "target"), Texts{"Pruefung"});
  shell("mkdir wmt14 && mv dev.tgz wmt14");
  EXPECT_EQ(texts(NamedData("newstest-en-de"), Split::train, "source"), sources);
}

TEST_F(OwnFolder, XsumIsReadWhereItsArchiveWasUnpacked) {
  const std::string document = "[SN]URL[SN]\nu\n[SN]FIRST-SENTENCE[SN]\ns\n[SN]RESTBODY[SN]\nb\n";
  put("xsum/bbc-summary-data/17.summary", document);
  put("xsum/bbc-summary-data/18.summary", document);
  put("xsum/XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json", "{\"train\": [\"17\"], \"validation\": [\"18\"], \"test\": []}");
  EXPECT_EQ(texts(NamedData("xsum"), Split::train, "id"), Texts{"17"});
  EXPECT_EQ(texts(NamedData("xsum"), Split::valid, "id"), Texts{"18"});
}

TEST_F(OwnFolder, OpenWebTextIsReadFromTarsInATar) {
  shell(
      "mkdir -p openwebtext && for n in 1 2; do for p in a b; do echo page $n$p > 000$n-$p.txt; done && echo no > list && "
      "tar cJf openwebtext/urlsf_subset0$n-0_data.xz 000$n-a.txt 000$n-b.txt list && rm 000$n-*; done && rm list && "
      "cp -r openwebtext parts && tar cJf openwebtext.tar.xz openwebtext && rm -r openwebtext");
  const Texts pages = {"page 1a\n", "page 1b\n", "page 2a\n", "page 2b\n"};
  const auto found = [] {
    Texts all;
    const NamedData data("openwebtext");
    const Examples examples = open_split(data.about(), *data.whole());
    for (Record record; examples(record);) all.push_back(record.at("text"));
    std::ranges::sort(all);  // a tar of a folder has the order of that folder on disk
    return all;
  };
  EXPECT_EQ(found(), pages);
  Record record;
  ASSERT_TRUE(open_split(data_sets().at("openwebtext"), *NamedData("openwebtext").whole())(record));
  EXPECT_NE(record.where.find("/openwebtext.tar.xz!openwebtext/urlsf_subset0"), std::string::npos) << record.where;
  EXPECT_EQ(record.find("label"), nullptr);
  shell("rm openwebtext.tar.xz && mv parts openwebtext");
  EXPECT_EQ(found(), pages) << "the outer tar unpacked";
}

TEST_F(OwnFolder, ADamagedTarInATarIsNamed) {
  shell(
      "mkdir openwebtext && seq 20000 > 1.txt && tar cJf openwebtext/urlsf_subset00-0_data.xz 1.txt && "
      "truncate -s -200 openwebtext/urlsf_subset00-0_data.xz && tar cf openwebtext.tar.xz --xz openwebtext && rm -r openwebtext 1.txt");
  EXPECT_NE(refusal("openwebtext", Split::train).find("openwebtext.tar.xz!openwebtext/urlsf_subset00-0_data.xz is damaged"),
            std::string::npos)
      << refusal("openwebtext", Split::train);
}

TEST_F(OwnFolder, PairsWithoutAnAgreedLabelAreLeftOutOfMultiNliAndCounted) {
  const auto row = [](const std::string& label) {
    return "{\"sentence1\": \"p " + label + "\", \"sentence2\": \"h\", \"gold_label\": \"" + label + "\"}\n";
  };
  put("multinli_1.0/multinli_1.0_train.jsonl", row("neutral"));
  put("multinli_1.0/multinli_1.0_dev_matched.jsonl", row("-") + row("entailment") + row("-") + row("contradiction"));
  std::vector<ZipMember> members;
  for (const std::string part : {"train", "dev_matched"}) {
    const std::string name = "multinli_1.0/multinli_1.0_" + part + ".jsonl";
    members.push_back({name, read_file(data_ / name)});
  }
  put("multinli_1.0.zip", zipped(members));
  for (const bool unpacked : {false, true}) {
    shell(unpacked ? "rm multinli_1.0.zip" : "mv multinli_1.0 kept");
    const NamedData data("mnli");
    EXPECT_EQ(texts(data, Split::valid, "label"), (Texts{"entailment", "contradiction"}));
    EXPECT_EQ(data.notes(), Texts{"mnli: lines of valid without an agreed label, left out: 2"});
    for (const Verified& verdict : verify("mnli")) {
      EXPECT_EQ(verdict.left_out, verdict.split == "valid" ? 2 : 0);
      EXPECT_EQ(verdict.hidden, 0);
    }
    if (!unpacked) shell("mv kept multinli_1.0");
  }
}

TEST_F(OwnFolder, ShardsMayBePackedEachInItsOwnWay) {
  const auto shard = [](int number) { return "c4-train.0000" + std::to_string(number) + "-of-01024.json"; };
  for (int k = 0; k < 4; ++k) put("c4/en/" + shard(k), "{\"text\": \"" + std::to_string(k) + "\"}\n");
  shell("cd c4/en && gzip -k " + shard(0) + " && gzip " + shard(1) + " && xz " + shard(3));
  put("c4/en/c4-validation.00000-of-00008.json", "{\"text\": \"v\"}\n");
  EXPECT_EQ(texts(NamedData("c4"), Split::train, "text"), (Texts{"0", "1", "2", "3"})) << "in order, none lost, none twice";
}

TEST_F(OwnFolder, ValidThatIsTheSmallSetOfFewGlueIsSaidToBe) {
  const std::string row = "{\"passage\": \"p\", \"question\": \"q\", \"label\": true}\n";
  put("SuperGLUE/BoolQ/train.jsonl", row + row);
  put("SuperGLUE/BoolQ/dev32.jsonl", row);
  EXPECT_EQ(NamedData("boolq").notes(), Texts{"boolq: valid is FewGLUE's dev32, for val is not here"});
  EXPECT_EQ(texts(NamedData("boolq"), Split::valid, "label"), Texts{"true"});
  put("SuperGLUE/BoolQ/val.jsonl", row + row + row);
  EXPECT_TRUE(NamedData("boolq").notes().empty());
  for (const Verified& verdict : verify("boolq"))
    EXPECT_EQ(verdict.status, verdict.form == "jsonl" && verdict.files.ends_with("dev32.jsonl") ? "read" : "cut");
  EXPECT_EQ(texts(NamedData("boolq"), Split::valid, "label").size(), 3u);
}

}  // namespace
}  // namespace synthbench
