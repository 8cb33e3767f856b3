#include "results/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/format_markup.h"
#include "results/plot.h"
#include "results/provenance_rows.h"
#include "results/report_assets.h"
#include "results/report_table.h"

namespace synthbench {
namespace {

constexpr int kWide = 860, kNarrow = 350;  // pixels of a figure: for a desk, for a hand

/// What stands together: a table, where there is one, and the figures of the same cells.
struct Chapter {
  std::string name;
  std::vector<std::string> figures;
  bool has_table = true;
};

/// Every table and every figure once; those that most readers look for come first.
std::vector<Chapter> chapters() {
  std::vector<Chapter> out = {
      {"quality", {"pareto", "curves"}}, {"speed", {"speed"}}, {"memory", {"memory"}}, {"attention", {"weights", "maps"}, false}};
  for (const auto& table : tables()) {
    const std::string& name = table.first;
    if (std::ranges::find(out, name, &Chapter::name) != out.end()) continue;
    out.push_back({name, {}, true});
    const bool placed = std::ranges::any_of(out, [&](const Chapter& c) { return std::ranges::find(c.figures, name) != c.figures.end(); });
    if (plots().find(name) != nullptr && !placed) out.back().figures.push_back(name);
  }
  return out;
}

std::string capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

class Page {
 public:
  Page(Store& store, const ReportOptions& options) : store_(store), options_(options) {}

  std::string text() {
    for (const Chapter& chapter : chapters()) add(chapter);
    if (sections_.empty()) throw NothingDone("nothing to report: no table has a row (synthbench ls sweeps)");
    add_gaps();
    const std::string body = sweeps() + join(sections_, "\n") + sources();
    std::string links;
    for (const auto& [id, title] : links_) links += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, escape_html(title));
    return head() + "<nav aria-label=\"Contents\"><ul>" + links + "</ul></nav>\n<main>\n" + body + "</main>\n" +
           "<p id=\"spoken\" class=\"unseen\" role=\"status\"></p>\n<script>\n" + kReportScript + "</script>\n</body>\n</html>\n";
  }

 private:
  std::string head() const {
    const std::string title = "synthbench: " + escape_html(options_.database);
    const std::string reload =
        options_.reload_s > 0 ? fmt::format("<meta http-equiv=\"refresh\" content=\"{}\">\n", options_.reload_s) : "";
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
           reload + "<title>" + title + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n" + kReportStyle +
           "</style>\n</head>\n<body>\n<header>\n<div>\n<h1>" + title + "</h1>\n<p class=\"soft\">written " +
           escape_html(options_.written_at) + (options_.reload_s > 0 ? "; a sweep is running, this page is rewritten" : "") +
           "</p>\n</div>\n<button type=\"button\" id=\"theme\" hidden>Colours</button>\n</header>\n";
  }

  void open(std::string& out, const std::string& id, const std::string& title) {
    links_.emplace_back(id, title);
    out += fmt::format("<section>\n<h2 id=\"{}\">{}</h2>\n", id, escape_html(title));
  }

  std::string sweeps() {
    Json ids = Json::array();
    if (options_.selection.sweep) ids.push_back(*options_.selection.sweep);
    const Store::Selection rows = store_.select_all(R"(
      SELECT 's' || s.sweep_id AS sweep, s.name, s.created_at AS created, count(*) AS cells,
             sum(ce.state IN('done', 'reused')) AS with_result, sum(ce.state IN('pending', 'running')) AS waiting,
             sum(ce.state IN('failed', 'oom', 'timeout', 'crashed')) AS failed,
             sum(ce.state='unsupported') AS unsupported, sum(ce.state='excluded') AS excluded
      FROM sweep s JOIN cell ce USING(sweep_id) WHERE ?1='[]' OR s.sweep_id IN (SELECT value FROM json_each(?1))
      GROUP BY s.sweep_id ORDER BY s.sweep_id)",
                                                    {ids.dump()});
    std::string out;
    out += "<section>\n<h2 id=\"sweeps\">Sweeps</h2>\n";
    links_.insert(links_.begin(), {"sweeps", "Sweeps"});
    out += report_table(table_of(rows), sources_);
    for (const OrderedJson& row : rows.rows) {
      const auto found = verdict_sentence(store_, std::stoll(row["sweep"].get<std::string>().substr(1)));
      if (found) out += fmt::format("<p>{}: {}</p>\n", escape_html(row["name"].get<std::string>()), escape_html(*found));
    }
    return out + "</section>\n";
  }

  void add(const Chapter& chapter) {
    std::string out;
    try {
      std::string shown = chapter.has_table ? report_table(make_table(store_, chapter.name, options_.selection), sources_) : "";
      for (const std::string& kind : chapter.figures) shown += figure(kind);
      if (shown.empty()) return;
      open(out, chapter.name, capital(chapter.name));
      out += shown;
    } catch (const NothingDone&) {
      return;
    } catch (const UserError& error) {  // times of several builds: what mends it is in the line
      open(out, chapter.name, capital(chapter.name));
      out += fmt::format("<p class=\"warning\">{}</p>\n", escape_html(error.what()));
    }
    sections_.push_back(out + "</section>\n");
  }

  std::string figure(const std::string& kind) {
    if (plots().find(kind) == nullptr) return "";
    try {
      const Figure figure = plots().at(kind).build(store_, options_.selection);
      const std::string caption = escape_html(figure.title + (figure.subtitle.empty() ? "" : "; " + figure.subtitle));
      if (!options_.draw) return fmt::format("<p class=\"warning\">{}: {}</p>\n", caption, escape_html(options_.why_no_figures));
      std::string drawn;
      for (const auto& [width, name] : {std::pair(kWide, "wide"), std::pair(kNarrow, "narrow")}) {
        const FigureLook look = {.kind = FigureLook::Kind::svg, .width = width, .on_page = true};
        drawn += fmt::format("<div class=\"{}\">\n{}</div>\n", name,
                             finished_svg(options_.draw(gnuplot_script(figure, look)), figure, look, fmt::format("{}-{}-", kind, name)));
      }
      return "<figure>\n" + drawn + "<figcaption>" + caption + "</figcaption>\n</figure>\n";
    } catch (const NothingDone&) {
      return "";
    } catch (const UserError& error) {
      return fmt::format("<p class=\"warning\">figure {}: {}</p>\n", kind, escape_html(error.what()));
    }
  }

  void add_gaps() {
    Json sweep = options_.selection.sweep ? Json(*options_.selection.sweep) : Json(nullptr);
    const Store::Selection rows = store_.select_all(R"(
      SELECT s.name AS sweep, c.kind, c.variant, c.backend, c.seq_len, ce.state, count(*) AS cells, ce.reason
      FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
      WHERE ce.state NOT IN('done', 'reused') AND (?1 IS NULL OR ce.sweep_id=?1)
      GROUP BY 1, 2, 3, 4, 5, 6, 8 ORDER BY s.sweep_id, 6, 3, 4, 5)",
                                                    {sweep});
    if (rows.rows.empty()) return;
    std::string out;
    open(out, "missing", "Cells without a result");
    sections_.push_back(out + report_table(table_of(rows), sources_) + "</section>\n");
  }

  /// Of each set of attempts a paragraph for each attempt.
  std::string sources() {
    std::string out;
    open(out, "sources", "Where the numbers come from");
    std::vector<std::int64_t> ids;
    for (const ReportSources::Source& source : sources_.all()) ids.insert(ids.end(), source.attempts.begin(), source.attempts.end());
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::map<std::string, OrderedJson> facts;
    for (OrderedJson& row : provenance_of(store_, ids).rows) {
      const std::string attempt = row["attempt"];
      facts.emplace(attempt, std::move(row));
    }
    for (const ReportSources::Source& source : sources_.all()) {
      out += fmt::format("<article id=\"{}\">\n<h3>{}</h3>\n<ul>\n", source.id, escape_html(source.title));
      for (const std::int64_t attempt : source.attempts) {
        const auto found = facts.find(fmt::format("a{}", attempt));
        if (found != facts.end()) out += attempt_item(found->second);
      }
      out += "</ul>\n</article>\n";
    }
    return out + "</section>\n";
  }

  static std::string attempt_item(const OrderedJson& facts) {
    const auto text = [&](const char* key) { return facts[key].is_null() ? std::string() : escape_html(shown({.value = facts[key]})); };
    std::string out =
        fmt::format("<li>{} of cell {} (sweep {}), seed {}: {}", text("attempt"), text("cell"), text("sweep"), text("seed"), text("state"));
    if (!text("reason").empty()) out += ", " + text("reason");
    if (!text("kernel").empty()) out += ", kernel " + text("kernel");
    if (facts["noisy"] == 1) out += ", noisy";
    out += fmt::format("; ended {}<br>\ncommit {}, build {}<br>\nmachine {}<br>\n<code>{}</code>", text("ended_at"), text("commit"),
                       text("build"), text("machine"), text("command"));
    if (!text("log").empty()) out += "<br>\nlog <code>" + text("log") + "</code>";
    return out + "<details><summary>config</summary><code>" + text("config") + "</code></details></li>\n";
  }

  Store& store_;
  const ReportOptions& options_;
  ReportSources sources_;
  std::vector<std::string> sections_;
  std::vector<std::pair<std::string, std::string>> links_;
};

}  // namespace

std::string report(Store& store, const ReportOptions& options) { return Page(store, options).text(); }

}  // namespace synthbench
