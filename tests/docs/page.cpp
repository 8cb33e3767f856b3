#include "tests/docs/page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace synthbench {
namespace {

std::string path_of(const std::string& page) { return std::string(SYNTHBENCH_SOURCE_DIR "/docs/") + page; }

std::string read(const std::string& page) {
  std::ifstream in(path_of(page), std::ios::binary);
  if (!in) throw std::runtime_error("docs/" + page + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Begin and end of the part, as offsets into the page's text.
std::pair<std::size_t, std::size_t> find_part(const std::string& page, const std::string& text, const std::string& name) {
  const std::string opening = "<!-- generated: " + name + " -->\n", closing = "<!-- end: " + name + " -->";
  const std::size_t begin = text.find(opening), end = text.find(closing);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw std::runtime_error("docs/" + page + " lacks the marks of its part '" + name + "'");
  }
  return {begin + opening.size(), end};
}

bool asked_to_update() {
  const char* asked = std::getenv("SYNTHBENCH_UPDATE_DOCS");
  return asked != nullptr && std::string_view(asked) == "1";
}

void write_part(const std::string& page, const std::string& name, const std::string& wanted) {
  std::string text = read(page);
  const auto [begin, end] = find_part(page, text, name);
  text.replace(begin, end - begin, wanted);
  std::ofstream(path_of(page), std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

std::string generated_part(const std::string& page, const std::string& name) {
  const std::string text = read(page);
  const auto [begin, end] = find_part(page, text, name);
  return text.substr(begin, end - begin);
}

void expect_generated(const std::string& page, const std::string& name, const std::string& wanted) {
  if (asked_to_update()) write_part(page, name, wanted);
  EXPECT_EQ(generated_part(page, name), wanted)
      << "docs/" << page << " is not what the program says. Bring it up to date: SYNTHBENCH_UPDATE_DOCS=1 build/ci/tests/docs/test_docs";
}

}  // namespace synthbench
