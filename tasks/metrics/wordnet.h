#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace synthbench {

/// The synonyms of WordNet, read from the files of its database (wndb(5)).
class WordNet {
 public:
  /// folder holds index.noun, data.noun, noun.exc and those of verb, adj, adv. Throws UserError where a file cannot be read.
  explicit WordNet(const std::string& folder);
  static bool is_in(const std::string& folder);

  /// Every single word of every sense of a word in lower case, of its base forms too: "repaired" has those of "repair". As NLTK's
  /// synsets(word) finds them, with capitals as WordNet writes them.
  std::set<std::string> synonyms(const std::string& word) const;
  /// SHA-256 of the files of the database, one behind another: versions of WordNet give other values.
  const std::string& sha() const { return sha_; }

 private:
  struct PartOfSpeech {
    std::string index, data, exceptions;                               // the files
    std::unordered_map<std::string_view, std::string_view> senses;     // lemma -> its line of the index, into `index`
    std::unordered_map<std::string_view, std::string_view> irregular;  // form -> base forms, into `exceptions`
    std::vector<std::pair<std::string_view, std::string_view>> endings;
  };
  static std::vector<std::string> base_forms(const PartOfSpeech& part, const std::string& word);
  void add_words(const PartOfSpeech& part, const std::string& lemma, std::set<std::string>& words) const;

  std::vector<PartOfSpeech> parts_;
  std::string sha_;
};

}  // namespace synthbench
