#pragma once

#include <string>

#include "results/figure.h"

namespace synthbench {

struct FigureLook {
  enum class Kind : std::uint8_t { svg, png } kind = Kind::svg;
  int width = 900;       ///< pixels; the height follows from what is in it
  bool on_page = false;  ///< part of an HTML page: no background, no title of its own
};

/// Commands for gnuplot (5.2 or later) that draw the figure to its standard output. Colours of Okabe and Ito (2008), which people with
/// any colour vision tell apart; series differ in mark and dash too, so that they read in print. Every text is quoted: nothing of it
/// is a command or markup of gnuplot.
std::string gnuplot_script(const Figure& figure, const FigureLook& look);

/// gnuplot's SVG with the figure's own title and description; on_page: to be put into HTML, where black follows the page's colour,
/// with `id` in front of every identifier.
std::string finished_svg(std::string svg, const Figure& figure, const FigureLook& look, const std::string& id);

}  // namespace synthbench
