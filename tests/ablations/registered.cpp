// Words that grids may use in these tests: the folders that hold the real ones lie above ablations.
#include "ablations/vocabulary.h"
#include "backends/core/attention.h"

namespace synthbench {
namespace {

const bool eigen = known_backends().add("eigen", {"", false});
const bool reference = known_backends().add("reference", {"", false});
const bool torch = known_backends().add("torch", {"", true});
const bool cuda = known_backends().add("cuda", {"", false, Place::cuda});

std::string hash_of_name(const std::string& dataset) { return std::string(64, dataset.empty() ? '0' : 'a'); }

const bool lm = known_tasks().add("lm", {"", {"tinyshakespeare", "wikitext-2"}, hash_of_name});
const bool copy = known_tasks().add("copy", {"", {"generated"}, hash_of_name});
const bool mt = known_tasks().add("mt", {"", {"multi30k"}, hash_of_name, /*generates=*/true});

}  // namespace
}  // namespace synthbench
