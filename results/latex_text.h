#pragma once

#include <string>
#include <string_view>

namespace synthbench {

/// A text as LaTeX prints it letter by letter: nothing in it is a command, no two letters make a dash or a quotation mark. Latin
/// letters need \usepackage[T1]{fontenc}; other letters stand as U+4E2D, bytes that are not UTF-8 as a question mark.
std::string latex_text(std::string_view utf8);

/// Whether a text has letters beyond ASCII, which the font encoding OT1 lacks or composes.
bool needs_latin_fonts(std::string_view latex);

}  // namespace synthbench
