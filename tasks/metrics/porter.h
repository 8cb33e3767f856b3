#pragma once

#include <string>
#include <string_view>

namespace synthbench {

/// The stem of an English word in lower case, by Porter's algorithm with NLTK's extensions: what rouge-score and NLTK's METEOR
/// use. Snowball's `porter` (libstemmer) and `english` differ from it: dying, ties, died, skies, enjoy.
std::string porter_stem(std::string_view word);

}  // namespace synthbench
