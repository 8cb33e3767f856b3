#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tasks/datasets/data_stream.h"

namespace synthbench {

/// The files behind a place in a folder of real data; empty when it is not here.
///
/// A place is where a data set publishes its file: "GLUE/CoLA/train.tsv". It is as good packed (train.tsv.gz, .xz, .bz2, .zst), in
/// an archive of its own name (train.tsv.zip), or in one of a folder around it (CoLA.zip!CoLA/train.tsv, GLUE.tar.gz!GLUE/CoLA/...).
/// "archive!member" names an archive of another name; a folder called like the archive will do for it. Members may be packed in turn;
/// "archive!tars!member" looks into tars in an archive.
/// {a,b} are alternatives, of which the first that is here counts; * and [...] are all files that match: on disk in the order of their
/// names, of each name one, plain or packed; in an archive in the order in which they lie there, which may be another.
/// " + " joins places that follow each other, of which none may be missing.
std::vector<DataFile> find_place(const std::string& folder, std::string_view place);

/// Whether a path below a folder, such as the name of a member, leads out of it: empty, absolute, or with "..".
bool leads_outside(std::string_view name);

/// The pattern once for each choice of its {a,b}: "x{1,2}y" is x1y, x2y.
std::vector<std::string> alternatives(std::string_view pattern);

}  // namespace synthbench
