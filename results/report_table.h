#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/format.h"

namespace synthbench {

/// Sets of attempts that numbers of a report come from, each with the id of the place on the page where it is told.
class ReportSources {
 public:
  /// "p3", the same for the same attempts. title: what was measured, for its heading.
  std::string id_of(const std::vector<std::int64_t>& attempts, const std::string& title);

  struct Source {
    std::string id, title;
    std::vector<std::int64_t> attempts;
  };
  const std::vector<Source>& all() const { return sources_; }

 private:
  std::map<std::vector<std::int64_t>, std::size_t> known_;
  std::vector<Source> sources_;
};

/// A table that its headings sort, with a link from every number to its source.
std::string report_table(const Table& table, ReportSources& sources);

}  // namespace synthbench
