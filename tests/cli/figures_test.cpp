// plot and report as a user calls them; the page in a browser, where there is one.
#include <gtest/gtest.h>

#include "tests/cli/grids.h"
#include "tests/cli/program.h"
#include "tests/cli/shell.h"

namespace synthbench {
namespace {

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// One sweep of four cells.
class Figures : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Place;
    first = (*place)({"run", place->write("grid.toml", kTinyGrid), "--db", "r.db"});
  }
  static void TearDownTestSuite() { delete place; }
  void SetUp() override { ASSERT_EQ(first.code, 0) << first.err; }

  static Done call(std::vector<std::string> arguments, std::map<std::string, std::string> variables = {}) {
    variables["SYNTHBENCH_DB"] = "r.db";
    return (*place)(arguments, variables);
  }
  static bool there(const std::string& name) { return std::filesystem::exists(place->folder() / name); }

  static inline Place* place = nullptr;
  static inline Done first;
};

TEST_F(Figures, APlotIsAFileOfTheKindThatItsNameSays) {
  if (!installed("gnuplot")) GTEST_SKIP() << "gnuplot is not installed";
  const Done svg = call({"plot", "speed", "--out", "speed.svg"});
  EXPECT_EQ(svg.code, 0) << svg.err;
  EXPECT_EQ(svg.out, "");
  EXPECT_TRUE(has(svg.err, "n = 1 seed")) << "what stands below the table: " << svg.err;
  const std::string drawn = text_of(place->path("speed.svg"));
  for (const char* word : {"<svg", "vanilla", "dense", "sequence length", "time of one call", "<title>Time of one call"})
    EXPECT_TRUE(has(drawn, word)) << word;
  EXPECT_EQ(call({"plot", "memory", "--out", "memory.png"}).code, 0);
  EXPECT_EQ(text_of(place->path("memory.png")).substr(0, 4), "\x89PNG");
}

TEST_F(Figures, WhatCannotBeDrawnIsRefusedInOneLine) {
  EXPECT_EQ(refusal_flaw(call({"plot", "sped", "--out", "x.svg"}), {"sped", "speed"}), "");
  EXPECT_EQ(refusal_flaw(call({"plot", "speed", "--out", "x.gif"}), {"gif", ".svg"}), "");
  EXPECT_EQ(refusal_flaw(call({"plot", "speed", "--out", "nowhere/x.svg"}), {"nowhere"}), "");
  EXPECT_EQ(refusal_flaw(call({"plot", "speed"}), {"--out"}), "");
  EXPECT_EQ(refusal_flaw(call({"report", "--out", "nowhere/x.html"}), {"nowhere"}), "");
  EXPECT_EQ(refusal_flaw(call({"plot", "speed", "--out", "x.svg"}, {{"PATH", "/nowhere"}}), {"gnuplot-nox"}), "");
  const Done nothing = call({"plot", "weights", "--out", "x.svg"});
  EXPECT_EQ(nothing.code, 5) << nothing.err;
  EXPECT_TRUE(has(nothing.err, "train again")) << nothing.err;
  EXPECT_FALSE(there("x.svg") || there("x.gif"));
}

TEST_F(Figures, AReportWithoutGnuplotHasTablesAndSaysWhatIsMissing) {
  const Done done = call({"report", "--out", "plain.html"}, {{"PATH", "/nowhere"}});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(has(done.err, "gnuplot-nox")) << done.err;
  const std::string page = text_of(place->path("plain.html"));
  EXPECT_TRUE(has(page, "<table") && has(page, "gnuplot is not installed") && !has(page, "<svg"));
}

TEST_F(Figures, AWatchedReportEndsWithTheSweepAndNoLongerReloads) {
  const Done watched = shell(*place, R"(synthbench run grid.toml --force --launches 3 --db w.db > run.out 2>&1 &
    for i in $(seq 100); do [ -e w.db ] && break; sleep 0.1; done; sleep 0.3
    synthbench report --watch --every 0.5s --out w.html --db w.db)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  const std::string page = text_of(place->path("w.html"));
  EXPECT_FALSE(has(page, "http-equiv"));
  EXPECT_FALSE(has(page, "pending")) << "all that the sweep measured is there";
  for (const std::string& name : place->files()) EXPECT_FALSE(has(name, ".html.")) << name << " was left";
}

TEST_F(Figures, AWatchedReportWaitsForItsDatabase) {
  const Done watched = shell(*place, R"((sleep 2; synthbench run grid.toml --db late.db > run.out 2>&1) &
    synthbench report --watch --every 0.5s --out late.html --db late.db)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_TRUE(has(watched.err, "waiting for late.db")) << watched.err;
  EXPECT_FALSE(has(text_of(place->path("late.html")), "pending")) << "all that the sweep measured is there";
}

TEST_F(Figures, AWatchedReportWaitsForItsFirstCell) {
  const Done watched = shell(*place, R"(synthbench merge r.db --db empty.db && synthbench rm s1 --db empty.db || exit 9
    (sleep 5; synthbench run grid.toml --db empty.db > run.out 2>&1) &
    synthbench report --watch --every 0.5s --out first.html --db empty.db)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_TRUE(has(text_of(place->path("first.html")), "<table"));
}

TEST_F(Figures, AWatchedReportWaitsForItsSweepInAnOlderDatabase) {
  std::string later = kTinyGrid;
  later.replace(later.find("\"tiny\""), 6, "\"later\"");
  place->write("later.toml", later);
  const Done watched = shell(*place, R"(cp r.db older.db
    (sleep 2; synthbench run later.toml --db older.db > run.out 2>&1) &
    synthbench report --watch --every 0.5s --sweep later --out older.html --db older.db)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_TRUE(has(watched.err, "waiting for the sweep that --sweep names, in older.db")) << watched.err;
  EXPECT_TRUE(has(text_of(place->path("older.html")), "<table"));
}

TEST_F(Figures, AWatchedReportOfOneSweepDoesNotWaitForAnother) {
  std::string slow = kTinyGrid;
  slow.replace(slow.find("\"tiny\""), 6, "\"slow\"");
  place->write("slow.toml", slow);
  const Done watched = shell(*place, R"(cp r.db two.db
    synthbench run slow.toml --launches 2000 --db two.db > run.out 2>&1 & other=$!
    for i in $(seq 100); do synthbench ls cells --db two.db -o json | grep -q running && break; sleep 0.1; done
    synthbench report --watch --every 0.5s --sweep tiny --out one.html --db two.db; code=$?
    kill $other && echo the other one still ran
    wait $other; exit $code)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_EQ(watched.out, "the other one still ran\n");
  EXPECT_TRUE(has(text_of(place->path("one.html")), "<table"));
}

TEST_F(Figures, AWatchedReportWaitsWhileItsDatabaseIsEmpty) {
  const Done watched = shell(*place, R"(: > fresh.db
    (sleep 2; synthbench run grid.toml --db fresh.db > run.out 2>&1) &
    synthbench report --watch --every 0.5s --out fresh.html --db fresh.db)");
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_TRUE(has(text_of(place->path("fresh.html")), "<table"));
}

std::string browser() { return installed("chromium") ? "chromium" : "google-chrome"; }

/// The page after a script of ours has run in it; what the browser's console said goes to `console`.
std::string page_in_browser(const std::string& folder, const std::string& page, const std::string& script, std::string& console) {
  std::string changed = page;
  changed.insert(changed.rfind("</body>"), "<pre id=\"result\"></pre><script>" + script + "</script>");
  std::ofstream(folder + "/tried.html") << changed;
  const std::string command = "cd '" + folder + "' && timeout 120 " + browser() +
                              " --headless --no-sandbox --disable-gpu --user-data-dir=browser --enable-logging=stderr --dump-dom "
                              "\"file://$PWD/tried.html\" > dom.html "
                              "2> console.txt";
  EXPECT_EQ(std::system(command.c_str()), 0) << text_of(folder + "/console.txt");
  std::stringstream lines(text_of(folder + "/console.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (has(line, "CONSOLE")) console += line + "\n";
  }
  const std::string dom = text_of(folder + "/dom.html");
  const std::size_t at = dom.find("<pre id=\"result\">");
  return at == std::string::npos ? "no result: " + dom.substr(0, 500) : dom.substr(at + 17, dom.find("</pre>", at) - at - 17);
}

TEST_F(Figures, APageFitsAHandADeskAndPaper) {
  if (!installed("chromium") && !installed("google-chrome")) GTEST_SKIP() << "neither chromium nor google-chrome is on the PATH";
  ASSERT_EQ(call({"report", "--out", "report.html"}).code, 0);
  std::string console;
  // Frames of the page itself: a window of a headless browser is not made as narrow as a hand holds.
  const std::string result = page_in_browser(place->folder().string(), text_of(place->path("report.html")), R"JS(
    const page = document.documentElement.cloneNode(true);
    page.querySelector("#result").remove();
    page.querySelectorAll("body > script").forEach((script, i, all) => { if (i === all.length - 1) script.remove(); });
    const print = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
      .filter((rule) => rule.media !== undefined && rule.media.mediaText === "print")
      .flatMap((rule) => [...rule.cssRules].map((inner) => inner.cssText)).join("\n");
    const said = {};
    const looks = [["380", 380, ""], ["1400", 1400, ""], ["paper", 1000, print]];
    for (const [name, width, style] of looks) {
      const frame = document.createElement("iframe");
      frame.style.width = width + "px";
      frame.style.height = "900px";
      frame.onload = () => {
        const inside = frame.contentDocument, root = inside.documentElement;
        if (style !== "") inside.head.append(Object.assign(inside.createElement("style"), { textContent: style }));
        const tables = [...inside.querySelectorAll(".scroll")];
        const wide = tables.filter((box) => box.scrollWidth > box.clientWidth).length;
        said[name] = `${root.scrollWidth <= root.clientWidth ? "fits" : "scrolls " + root.scrollWidth}`
          + ` ${tables.every((box) => box.getBoundingClientRect().right <= root.clientWidth) ? "inside" : "outside"}`
          + (name === "380" ? ` ${wide > 0 ? "tables scroll" : "tables fit"}` : "")
          + (name === "paper" ? ` ${getComputedStyle(inside.querySelector("nav")).display}` : "");
        document.getElementById("result").textContent = looks.map((look) => `${look[0]}: ${said[look[0]]}`).join("; ");
      };
      frame.srcdoc = "<!DOCTYPE html>" + page.outerHTML;
      document.body.append(frame);
    }
  )JS",
                                             console);
  EXPECT_EQ(result, "380: fits inside tables scroll; 1400: fits inside; paper: fits inside none");
  EXPECT_EQ(console, "");
  const Done printed = shell(*place, browser() +
                                         " --headless --no-sandbox --disable-gpu --user-data-dir=browser --print-to-pdf=report.pdf "
                                         "\"file://$PWD/report.html\"");
  EXPECT_EQ(printed.code, 0) << printed.err;
  const std::string pdf = text_of(place->path("report.pdf"));
  EXPECT_EQ(pdf.substr(0, 5), "%PDF-");
  EXPECT_GT(pdf.size(), 10000u);
}

TEST_F(Figures, ABrowserSortsThePageWithoutAComplaint) {
  if (!installed("chromium") && !installed("google-chrome")) GTEST_SKIP() << "neither chromium nor google-chrome is on the PATH";
  ASSERT_EQ(call({"report", "--out", "report.html"}).code, 0);
  std::string console;
  const std::string result = page_in_browser(place->folder().string(), text_of(place->path("report.html")), R"JS(
    const said = [];
    const table = document.querySelector("#speed").parentElement.querySelector("table");
    const heads = [...table.tHead.rows[0].cells];
    const column = heads.findIndex((head) => head.textContent.startsWith("median_"));
    const values = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[column].dataset.v));
    for (const order of ["ascending", "descending"]) {
      heads[column].querySelector("button").click();
      const seen = values(), sign = order === "ascending" ? 1 : -1;
      const sorted = seen.every((value, i) => i === 0 || sign * (value - seen[i - 1]) >= 0);
      said.push(order, String(seen.length), String(sorted), heads[column].getAttribute("aria-sort"));
    }
    heads[0].querySelector("button").click();
    said.push([...table.tBodies[0].rows].map((row) => row.cells[0].textContent).join("<"), String(heads[column].hasAttribute("aria-sort")));
    said.push(String([...document.querySelectorAll("a[href^='#']")].every((a) => document.getElementById(a.hash.slice(1)) !== null)));
    const before = getComputedStyle(document.body).backgroundColor;
    document.documentElement.dataset.theme = "dark";
    said.push(String(before !== getComputedStyle(document.body).backgroundColor));
    document.getElementById("result").textContent = said.join(" ");
  )JS",
                                             console);
  EXPECT_EQ(result, "ascending 4 true ascending descending 4 true descending dense&lt;dense&lt;vanilla&lt;vanilla false true true");
  EXPECT_EQ(console, "");
}

}  // namespace
}  // namespace synthbench
