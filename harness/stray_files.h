#pragma once

#include <filesystem>
#include <vector>

#include "results/removal.h"
#include "results/store.h"

namespace synthbench {

/// What lies in the folders beside a database (places.h) for attempts and cells that it does not hold: logs, folders of artifacts, and
/// artifacts in the folders of other cells. Checkpoints are of the cell, and stay with it.
std::vector<std::filesystem::path> stray_files(Store& store, const std::string& db_path);
/// What lies there for the cells and attempts of a removal.
std::vector<std::filesystem::path> files_of(const Removal& removal, const std::string& db_path);

/// Removes files and folders, and the folders beside the database where they are empty then.
void remove_files(const std::vector<std::filesystem::path>& files, const std::string& db_path);
/// Bytes of files, folders included.
std::uintmax_t bytes_of(const std::vector<std::filesystem::path>& files);

}  // namespace synthbench
