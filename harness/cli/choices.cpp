#include "harness/cli/choices.h"

#include "ablations/keys.h"
#include "ablations/logit_spec.h"
#include "ablations/vocabulary.h"
#include "backends/core/attention.h"

namespace synthbench {

std::vector<std::string> words_of_key(const std::string& key) {
  if (key == "variant") return variants().names();
  if (key == "backend") return known_backends().names();
  if (key == "device") return {"cpu", "cuda"};
  if (key == "task") return known_tasks().names();
  const Key& facts = key_at(key);
  return facts.type == KeyType::flag ? std::vector<std::string>{"true", "false"} : facts.words;
}

std::vector<std::string> words_of_settings() {
  std::vector<std::string> settings = {"measure.cache=hot", "measure.cache=cold", "check.gate=true", "check.gate=false"};
  for (const Key& key : keys()) {
    const std::vector<std::string> words = words_of_key(key.name);
    for (const std::string& word : words) settings.push_back(key.name + "=" + word);
    if (words.empty()) settings.push_back(key.name + "=");
  }
  return settings;
}

}  // namespace synthbench
