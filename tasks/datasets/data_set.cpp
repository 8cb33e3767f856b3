#include "tasks/datasets/data_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <map>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

constexpr std::array<Split, 3> kSplits = {Split::train, Split::valid, Split::test};

bool is_part(const SplitFiles& split) {
  return std::ranges::any_of(kSplits, [&](Split one) { return split.name == name(one); });
}

std::vector<SplitHere> splits_in(const DataSet& data, const std::string& folder, bool all_layouts) {
  std::vector<SplitHere> here;
  for (const SplitFiles& split : data.splits) {
    for (const FileLayout& layout : split.layouts) {
      SplitHere found{.split = &split, .layout = &layout, .folder = folder, .streams = {}};
      for (const std::string& place : layout.places) found.streams.push_back(find_place(folder, place));
      if (std::ranges::any_of(found.streams, [](const auto& files) { return files.empty(); })) continue;
      here.push_back(std::move(found));
      if (!all_layouts) break;
    }
  }
  return here;
}

/// Examples number begin to end, end not among them.
Examples part_of(Examples all, std::int64_t begin, std::int64_t end) {
  return [all = std::move(all), at = std::int64_t{0}, begin, end](Record& record) mutable {
    for (; at < begin; ++at) {
      if (!all(record)) return false;
    }
    return at++ < end && all(record);
  };
}

constexpr std::int64_t kParts = 20;  // of 5 % each

/// Of every 20 examples the first one is valid; with a test part the second one is test.
Examples even_part_of(Examples all, Split split, bool with_test) {
  return [all = std::move(all), at = std::int64_t{0}, split, with_test](Record& record) mutable {
    while (all(record)) {
      const std::int64_t place = at++ % kParts;
      const Split its = place == 0 ? Split::valid : place == 1 && with_test ? Split::test : Split::train;
      if (its == split) return true;
    }
    return false;
  };
}

/// "neg/17_1.txt": what the name of a file says of an example, wherever the tree lies.
std::string_view with_its_folder(std::string_view name) {
  const std::size_t file = name.find_last_of("/!");
  const std::size_t folder = file == std::string_view::npos || file == 0 ? file : name.find_last_of("/!", file - 1);
  return folder == std::string_view::npos ? name : name.substr(folder + 1);
}

std::int64_t count(const Examples& examples) {
  std::int64_t n = 0;
  for (Record record; examples(record);) ++n;
  return n;
}

}  // namespace

Registry<DataSet>& data_sets() {
  static Registry<DataSet> registry("data set");
  return registry;
}

std::vector<std::string> data_sets_of(std::string_view task, std::string_view first) {
  std::vector<std::string> names = {std::string(first)};
  for (const auto& [name, data] : data_sets()) {
    if (data.task == task && name != first) names.push_back(name);
  }
  return names;
}

std::vector<std::string> looked_for(const DataSet& data) {
  std::vector<std::string> places;
  for (const SplitFiles& split : data.splits) {
    const std::string& place = split.layouts.front().places.front();
    if (is_part(split)) places.push_back(alternatives(place.substr(0, place.find(" + "))).front());
  }
  return places;
}

std::string SplitHere::files() const {
  std::vector<std::string> parts;
  for (const std::vector<DataFile>& stream : streams) {
    const DataFile& first = stream.front();
    std::string text = std::filesystem::path(first.path).lexically_relative(folder).string();
    if (!first.member.empty()) text += "!" + first.member;
    if (!first.inner.empty()) text += "!" + first.inner;
    if (stream.size() > 1) text += fmt::format(" and {} more", stream.size() - 1);
    parts.push_back(std::move(text));
  }
  return join(parts, " + ");
}

std::vector<std::string> data_folders() {
  std::vector<std::string> folders;
  if (const std::string own = data_folder(); !own.empty()) folders.push_back(own);
  folders.push_back(shipped_data_folder());
  return folders;
}

std::vector<SplitHere> splits_here(const DataSet& data, bool all_layouts) {
  for (const std::string& folder : data_folders()) {
    std::vector<SplitHere> here = splits_in(data, folder, all_layouts);
    if (std::ranges::any_of(here, [](const SplitHere& one) { return is_part(*one.split); })) return here;
  }
  return {};
}

Examples open_split(const DataSet& data, const SplitHere& here, const std::vector<std::shared_ptr<Tally>>& tallies) {
  std::vector<Stream> streams;
  for (std::size_t k = 0; k < here.streams.size(); ++k) {
    streams.push_back(std::make_shared<DataStream>(here.streams[k], k < tallies.size() ? tallies[k] : nullptr));
  }
  Examples examples = here.layout->reader.open(streams);
  if (data.labels.empty()) return examples;
  return [examples = std::move(examples), &labels = data.labels](Record& record) {
    if (!examples(record)) return false;
    const std::string* label = record.find("label");
    if (label == nullptr || *label == kHiddenLabel || std::ranges::find(labels, *label) != labels.end()) return true;
    throw UserError(fmt::format("{}: label '{}' is none of {}", record.where, *label, join(labels)));
  };
}

NamedData::NamedData(std::string_view name) : name_(name), data_(&data_sets().at(name)), here_(splits_here(*data_)) {
  std::size_t found = 0;
  for (const SplitHere& here : here_) {
    for (const Split split : kSplits) {
      if (here.split->name != synthbench::name(split)) continue;
      of_split_.at(static_cast<std::size_t>(split)) = whole_ = &here;
      ++found;
    }
  }
  if (found == 0) {
    const std::string folder = data_folder();
    throw UserError(fmt::format("data set '{}' is not here: SYNTHBENCH_DATA is {}, which should hold {}", name_,
                                folder.empty() ? "not set" : folder, join(looked_for(*data_))));
  }
  if (found > 1) whole_ = nullptr;
  valid_from_train_ = whole_ == nullptr && files(Split::train) != nullptr && files(Split::valid) == nullptr;
  note_what_is_divided();
  note_layouts();
}

void NamedData::note_what_is_divided() {
  const char* const parts =
      data_->class_by_class ? "of every 20 examples, which lie class by class, two are valid and test" : "divided 90/5/5 in file order";
  const char* const valid =
      data_->class_by_class ? "every 20th example of train, which lies class by class, is it" : "the last 5 % of train are it";
  if (whole_ != nullptr) notes_.push_back(fmt::format("{} comes as one split: {}", name_, parts));
  if (valid_from_train_) notes_.push_back(fmt::format("{} comes without a validation split: {}", name_, valid));
}

void NamedData::note_layouts() {
  for (const SplitHere* here : of_split_) {
    if (here == nullptr) continue;
    if (!here->layout->note.empty()) notes_.push_back(fmt::format("{}: {} is {}", name_, here->split->name, here->layout->note));
    if (!here->layout->reader.leaves_out) continue;
    const auto tally = std::make_shared<Tally>();
    try {
      count(open_split(*data_, *here, {tally}));
    } catch (const UserError&) {
      continue;  // damaged: reading it for its examples tells
    }
    if (tally->left_out == 0) continue;
    notes_.push_back(fmt::format("{}: lines of {} without an agreed label, left out: {}", name_, here->split->name, tally->left_out));
  }
}

bool NamedData::has(Split split) const {
  return whole_ != nullptr || files(split) != nullptr || (valid_from_train_ && split == Split::valid);
}

Examples NamedData::read(Split split) const {
  if (!has(split)) {
    throw UserError(fmt::format("data set '{}': its {} split is not here, in {}", name_, name(split), here_.front().folder));
  }
  if (whole_ != nullptr) return part(*whole_, split, true);
  if (valid_from_train_ && split != Split::test) return part(*files(Split::train), split, false);
  return open_split(*data_, *files(split));
}

/// What train, valid or test get of a split that is divided among them, or between train and valid.
Examples NamedData::part(const SplitHere& here, Split split, bool with_test) const {
  const auto all = [&] { return open_split(*data_, here); };
  if (data_->class_by_class) return even_part_of(all(), split, with_test);
  const std::int64_t n = count(all()), last = n * (kParts - 1) / kParts, train = with_test ? n * (kParts - 2) / kParts : last;
  switch (split) {
    case Split::train: return part_of(all(), 0, train);
    case Split::valid: return part_of(all(), train, with_test ? last : n);
    case Split::test: return part_of(all(), last, n);
  }
  return {};
}

std::string NamedData::sha() const {
  Sha256 sum;
  std::array<char, 1 << 16> block{};
  for (const SplitHere* here : of_split_) {
    if (here == nullptr) continue;
    for (std::size_t k = 0; k < here->streams.size(); ++k) {
      const auto tally = std::make_shared<Tally>();
      DataStream stream(here->streams[k], tally);
      while (stream.next_file()) {
        while (stream.read(block.data(), block.size()) > 0) {
        }
        if (k == 0 && here->layout->reader.by_name) sum.add(fmt::format("{} {}\n", with_its_folder(stream.name()), tally->bytes));
      }
      sum.add(fmt::format("{} {} {} {}\n", here->split->name, k + 1, tally->bytes, tally->sum.hex()));
    }
  }
  return sum.hex();
}

std::string data_sha(std::string_view name) {
  static std::map<std::string, std::string> known;  // a plan asks once per cell
  std::string& sha = known[data_folder() + "\n" + std::string(name)];
  if (sha.empty()) sha = NamedData(name).sha();
  return sha;
}

}  // namespace synthbench
