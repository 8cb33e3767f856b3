// Pairs of sentences: fields source and target.
#include "harness/base/words.h"
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

const std::vector<std::string> kPair = {"source", "target"};

FileLayout pair(std::string source, std::string target) { return {{std::move(source), std::move(target)}, lines(kPair)}; }
FileLayout sgml_pair(std::string source, std::string target) { return {{std::move(source), std::move(target)}, sgml(kPair)}; }

/// Multi30k, Elliott et al. 2016: task 1 as raw lines, as lines that are lower-cased and tokenised, and in the archives of WMT16.
DataSet multi30k(const std::string& to) {
  const auto raw = [&](const std::string& part) {
    const std::string file = "multi30k/task1/raw/" + part + ".";
    return pair(file + "en", file + to);
  };
  const auto tokenised = [&](const std::string& part) {
    const std::string file = "multi30k/task1/tok/" + part + ".lc.norm.tok.";
    return pair(file + "en", file + to);
  };
  const auto archived = [&](const std::string& archive, const std::string& part) {
    const std::string file = "multi30k/{wmt16-archives/,,task1/}" + archive + "!" + part + ".";
    return pair(file + "en", file + to);
  };
  const std::string tests = "multi30k_test_sets_d3ec2a38.tar.gz";
  std::vector<FileLayout> train = {raw("train"), tokenised("train")}, valid = {raw("val"), tokenised("val")};
  std::vector<FileLayout> test = {raw("test_2016_flickr"), tokenised("test_2016_flickr"), archived("mmt16_task1_test.tar.gz", "test"),
                                  archived(tests, "test_2016_flickr")};
  if (to == "de") {  // the archives of WMT16 hold no French training text
    train.push_back(archived("training.tar.gz", "train"));
    valid.push_back(archived("validation.tar.gz", "val"));
  }
  std::vector<FileLayout> flickr_2017 = {raw("test_2017_flickr"), tokenised("test_2017_flickr"), archived(tests, "test_2017_flickr")};
  return {.task = "mt",
          .summary = "captions of pictures, en-" + to,
          .licence = "research use (usually cited as CC BY-NC-SA 4.0)",
          .splits = {{"train", std::move(train), 29000},
                     {"valid", std::move(valid), 1014},
                     {"test", std::move(test), 1000},
                     {"test_2017_flickr", std::move(flickr_2017), 1000},
                     {"test_2017_mscoco", {raw("test_2017_mscoco"), tokenised("test_2017_mscoco")}, 461},
                     {"test_2018_flickr", {raw("test_2018_flickr"), tokenised("test_2018_flickr")}, 1071}}};
}

struct Languages {
  std::string from, to;
  std::string code() const { return from == "en" ? to + from : from + to; }  ///< "deen", of file names
  std::string corpus() const { return from == "en" ? to + "-en" : from + "-en"; }
};

/// Newstest sets, one behind another: plain lines, or the SGML of WMT's archives. The set of 2014 has its own English side for each pair.
std::vector<FileLayout> newstest(const Languages& languages, const std::vector<std::string>& sets) {
  const auto& [from, to] = languages;
  std::string archives;
  for (const std::string folder : {"", "wmt14/"}) {
    for (const char* in : {"dev.tgz!dev/", "dev.zip!dev/", "dev/", "test-full.tgz!test-full/", "test-full/"}) archives += "," + folder + in;
  }
  const std::string plain = "{wmt-newstest/" + from + "-" + to + "/,wmt14-" + from + "-" + to + "/" + archives + "}";
  const std::string marked = "{" + archives.substr(1) + "}";
  std::vector<std::string> sources, targets, marked_sources, marked_targets;
  for (const std::string& set : sets) {
    const std::string name = set + (set == "newstest2014" ? "-" + languages.code() : "");
    sources.push_back(plain + set + "." + from);
    targets.push_back(plain + set + "." + to);
    marked_sources.push_back(marked + name + "-src." + from + ".sgm");
    marked_targets.push_back(marked + name + "-{ref,src}." + to + ".sgm");
  }
  const char* const and_then = " + ";
  return {pair(join(sources, and_then), join(targets, and_then)),
          sgml_pair(join(marked_sources, and_then), join(marked_targets, and_then))};
}

/// WMT14's training text: the archives as published, unpacked in their place or not, or one file a language.
std::vector<FileLayout> wmt14_training(const Languages& languages) {
  const auto side = [&](const std::string& language) {
    const std::string pair = languages.corpus() + "." + language;
    const auto in = [&](const std::string& archive, const std::string& member) {
      return "{wmt14/,}{" + archive + ".tgz!," + archive + ".zip!," + archive + ".tar!,}" + member;
    };
    std::string places = in("training-parallel-europarl-v7", "training/europarl-v7." + pair) + " + " +
                         in("training-parallel-commoncrawl", "commoncrawl." + pair) + " + " +
                         in("training-parallel-nc-v9", "training/news-commentary-v9." + pair);
    if (languages.to == "fr") {
      places += " + " + in("training-parallel-un", "un/undoc.2000." + pair) + " + " +
                in("training-giga-fren", "giga-fren.release2.fixed." + language);
    }
    return places;
  };
  const std::string own = "wmt14-" + languages.from + "-" + languages.to + "/train.";
  return {pair(own + languages.from, own + languages.to), pair(side(languages.from), side(languages.to))};
}

DataSet wmt14(const Languages& languages) {
  return {.task = "mt",
          .summary = "WMT14 " + languages.from + "-" + languages.to + ": newstest2013 and newstest2014 are valid and test",
          .licence = "research use (WMT)",
          .splits = {{"train", wmt14_training(languages)},
                     {"valid", newstest(languages, {"newstest2013"}), 3000},
                     {"test", newstest(languages, {"newstest2014"}), 3003}}};
}

/// The older test sets as a small training set.
DataSet newstests(const Languages& languages) {
  const std::vector<std::string> older = {"news-test2008", "newstest2009", "newstest2010", "newstest2011", "newstest2012"};
  return {.task = "mt",
          .summary = "news test sets of WMT " + languages.from + "-" + languages.to + ": 2008 to 2012 to train, 2013 valid, 2014 test",
          .licence = "research use (WMT)",
          .splits = {{"train", newstest(languages, older), 13071},
                     {"valid", newstest(languages, {"newstest2013"}), 3000},
                     {"test", newstest(languages, {"newstest2014"}), 3003}}};
}

DataSet tatoeba(const std::string& to, const std::string& folder, const std::string& code, std::int64_t official) {
  const std::string file = "tatoeba/" + folder + "/tatoeba-test-v2021-08-07.";
  return {.task = "mt",
          .summary = "short everyday sentences, en-" + to,
          .licence = "CC BY 2.0 FR",
          .splits = {{"test", {pair(file + "eng", file + code)}, official}}};
}

DataSet package_descriptions(const std::string& to) {
  const std::string original = "debian-ddtp/{Translation-en,Translation-en.subset}";
  return {.task = "mt",
          .summary = "descriptions of Debian packages, en-" + to + ": short texts, paragraphs, lines of lists",
          .licence = "that of each package",
          .splits = {{"train", {{{original, "debian-ddtp/Translation-" + to}, ddtp(to)}}}}};
}

const std::string kSample = "wmt14-ende-sample/";

const bool registered =
    data_sets().add("multi30k", multi30k("de")) && data_sets().add("multi30k-en-fr", multi30k("fr")) &&
    data_sets().add("wmt14-en-de", wmt14({"en", "de"})) && data_sets().add("wmt14-en-fr", wmt14({"en", "fr"})) &&
    data_sets().add("wmt14-cs-en", wmt14({"cs", "en"})) && data_sets().add("newstest-en-de", newstests({"en", "de"})) &&
    data_sets().add("newstest-en-fr", newstests({"en", "fr"})) && data_sets().add("tatoeba", tatoeba("de", "deu-eng", "deu", 17565)) &&
    data_sets().add("tatoeba-en-fr", tatoeba("fr", "eng-fra", "fra", 12681)) && data_sets().add("ddtp", package_descriptions("de")) &&
    data_sets().add("ddtp-en-fr", package_descriptions("fr")) &&
    data_sets().add("wmt14-ende-sample",
                    {.task = "mt",
                     .summary = "10,000 pairs of WMT en-de as OpenNMT-py ships them, tokenised; the test set has no German side",
                     .licence = "MIT (repository); text: research use (WMT)",
                     .splits = {{"train", {pair(kSample + "src-train.txt", kSample + "tgt-train.txt")}, 10000},
                                {"valid", {pair(kSample + "src-val.txt", kSample + "tgt-val.txt")}, 3000},
                                {"test", {{{kSample + "src-test.txt"}, lines({"source"})}}, 2737}}});

}  // namespace
}  // namespace synthbench
