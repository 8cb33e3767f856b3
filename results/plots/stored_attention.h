#pragma once

#include <string>
#include <vector>

#include "results/attention_record.h"
#include "results/figure.h"
#include "results/table.h"
#include "results/table_axes.h"

namespace synthbench {

/// A trained config and what its attention was: of its lowest seed that has an artifact "attention".
struct StoredAttention {
  std::string label{};  ///< as a series of a figure
  AttentionRecord record{};
};

struct StoredAttentions {
  std::vector<StoredAttention> all{};
  TableAxes axes{};
  std::vector<std::string> notes{};
};

/// Throws NothingDone where no training left one, with a line that says how to get it, and UserError for a file that is damaged.
StoredAttentions stored_attentions(Store& store, const TableOptions& options);

/// Numbers of layers to show, counted from 0: all, or first, middle and last ones where there are more than `most`.
std::vector<std::size_t> shown_layers(std::size_t layers, std::size_t most);

}  // namespace synthbench
