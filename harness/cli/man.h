#pragma once

#include <string>

#include "harness/cli/option_tree.h"
#include "harness/cli/topics.h"

namespace synthbench {

/// A page in man(7): what `synthbench COMMAND --help` says. date: "2026-11-24", shown at the foot.
std::string man_page(const CommandFacts& facts, const std::string& date);
/// synthbench(1): the commands by group, topics, first steps.
std::string man_page_of_all(const std::string& date);
std::string man_page(const Topic& topic, const std::string& date);

/// Writes synthbench.1, synthbench-COMMAND.1 into FOLDER/man1 and synthbench-TOPIC.7 into FOLDER/man7.
void write_man_pages(const std::string& folder);

}  // namespace synthbench
