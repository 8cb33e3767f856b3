// A report is one page: tables, figures, what is missing, and a source for every number.
#include "results/report.h"

#include "results/provenance_rows.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

class Reports : public testing::Test {
 protected:
  void SetUp() override {
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", sweep_cells(), "<script>alert(1)</script>");
    finish(*sweep_);
  }
  ReportOptions options() {
    ReportOptions out;
    out.database = "r.db";
    out.written_at = "2026-11-24T05:58:01Z";
    out.draw = [this](const std::string& script) {
      ++drawn_;
      EXPECT_TRUE(has(script, "set terminal svg")) << script;
      return std::string(
          "<?xml version=\"1.0\"?>\n<svg width=\"1\" height=\"1\"><title>Gnuplot</title><desc>d</desc><g id=\"a\"/></svg>\n");
    };
    return out;
  }

  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
  int drawn_ = 0;
};

TEST_F(Reports, EveryLinkLeadsToAPlaceOnThePage) {
  const std::string page = report(*sweep_->store, options());
  std::size_t links = 0;
  for (std::size_t at = page.find("href=\"#"); at != std::string::npos; at = page.find("href=\"#", at + 1), ++links) {
    const std::string id = page.substr(at + 7, page.find('"', at + 7) - at - 7);
    EXPECT_TRUE(has(page, "id=\"" + id + "\"")) << id;
  }
  EXPECT_GT(links, 40u);
}

TEST_F(Reports, ANumberLeadsToItsAttempts) {
  const std::string page = report(*sweep_->store, options());
  const OrderedJson attempt =
      sweep_->store
          ->select("SELECT attempt_id, cell_id FROM v_result WHERE variant='random' AND seq_len=128 AND metric='median' AND seed=0")
          .at(0);
  const std::size_t article = page.find("<h3>random, seq_len 128</h3>");
  ASSERT_NE(article, std::string::npos);
  const std::string told = page.substr(article, page.find("</article>", article) - article);
  EXPECT_TRUE(has(told, "a" + attempt["attempt_id"].dump() + " of cell c" + attempt["cell_id"].dump())) << told;
  for (const char* fact : {"seed 0", "seed 1", "commit c0ffee012345", "Testron 7", "synthbench bench", "kernel fused"})
    EXPECT_TRUE(has(told, fact)) << fact;
}

TEST_F(Reports, NothingIsFetchedAndNothingIsMarkup) {
  const std::string page = report(*sweep_->store, options());
  EXPECT_FALSE(has(page, "<script>alert(1)"));
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(1)"));
  for (const char* fetching : {" src=", "@import", "url(h", "fetch(", "XMLHttpRequest"}) EXPECT_FALSE(has(page, fetching)) << fetching;
  EXPECT_TRUE(has(page, "prefers-color-scheme"));
  EXPECT_TRUE(has(page, "n/a (crashed)"));
  EXPECT_TRUE(has(page, "SIGSEGV")) << "why";
}

TEST_F(Reports, FiguresAreDrawnForADeskAndForAHandWithIdsOfTheirOwn) {
  const std::string page = report(*sweep_->store, options());
  EXPECT_GE(drawn_, 6) << "speed, memory, pareto, twice each";
  EXPECT_TRUE(has(page, "id=\"speed-wide-a\""));
  EXPECT_TRUE(has(page, "id=\"speed-narrow-a\""));
  EXPECT_FALSE(has(page, "<?xml"));
  ReportOptions without = options();
  without.draw = nullptr;
  without.why_no_figures = "there is no gnuplot";
  EXPECT_TRUE(has(report(*sweep_->store, without), "there is no gnuplot"));
}

TEST_F(Reports, OnlyAWatchedPageReloads) {
  ReportOptions watched = options();
  watched.reload_s = 5;
  EXPECT_TRUE(has(report(*sweep_->store, watched), "http-equiv=\"refresh\""));
  EXPECT_FALSE(has(report(*sweep_->store, options()), "http-equiv"));
}

TEST_F(Reports, TimesOfTwoBuildsAreAWarningNotTheEndOfThePage) {
  Sweep other(folder_ / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)}, "other", a_build("another"));
  other.finish_all([](const Store::CellState&) { return timed({{0.001, 0.002}}); });
  const std::string page = report(*sweep_->store, options());
  EXPECT_TRUE(has(page, "--across-env"));
  EXPECT_TRUE(has(page, "id=\"quality\""));
}

TEST_F(Reports, AnEmptyDatabaseHasNothingToReport) {
  const auto empty = Store::open_to_write(folder_ / "empty.db");
  EXPECT_THROW(report(*empty, options()), NothingDone);
}

TEST_F(Reports, ProvenanceNamesWhatRepeatsANumber) {
  const std::int64_t attempt = sweep_->store->select("SELECT max(attempt_id) AS a FROM attempt").at(0)["a"];
  const std::vector<std::int64_t> ids = {attempt, 1, 99999};
  const auto rows = provenance_of(*sweep_->store, ids).rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["attempt"], "a1");
  EXPECT_EQ(rows[0]["command"], "synthbench bench");
  EXPECT_EQ(rows[0]["commit"], "c0ffee012345");
  EXPECT_TRUE(has(rows[0]["machine"], "host bench-1"));
}

}  // namespace
}  // namespace synthbench
