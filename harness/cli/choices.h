#pragma once

#include <string>
#include <vector>

namespace synthbench {

/// What completion offers for the value of a grid key: variants, backends, the words of a key that has some. Empty: anything goes.
std::vector<std::string> words_of_key(const std::string& key);

/// What it offers after --set: "model.preset=t5_base" for each word of a key, "train.lr=" where anything goes.
std::vector<std::string> words_of_settings();

}  // namespace synthbench
