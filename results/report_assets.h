#pragma once

namespace synthbench {

/// report.css and report.js, which every report carries.
extern const char* const kReportStyle;
extern const char* const kReportScript;

}  // namespace synthbench
