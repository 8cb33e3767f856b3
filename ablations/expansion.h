#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ablations/blocks.h"
#include "ablations/config.h"
#include "ablations/grid.h"
#include "ablations/origin.h"
#include "ablations/resolve.h"

namespace synthbench {

/// The cells of a grid, as numbers: a million of them take some tens of megabytes, and each is made into a config only when
/// it is asked for.
class Expansion {
 public:
  struct Counts {
    std::int64_t product = 0, excluded = 0, duplicates = 0, included = 0, cells = 0;
  };
  /// Something that drops points: an [[exclude]], a filter of the command line, another shard.
  struct Dropped {
    std::string reason;
    std::int64_t count = 0;
  };
  struct Cell {
    Config config;
    std::int64_t seed = 0;
    const std::string* excluded = nullptr;  ///< the reason of the [[exclude]] that matches it
  };
  struct Axis {
    std::string name;
    std::vector<Json> values;
  };
  /// keeps: whether a resolved point stays. Points that go are counted under reason and not listed.
  struct Sieve {
    std::string reason;
    std::function<bool(const Point& resolved)> keeps;
    bool of_values = true;  ///< false: looks at the whole config, which a point that does not resolve has not
  };

  /// Checks every value and counts the points. Throws UserError with file and line, also for more than kMaxPoints.
  /// smoke: one tiny cell per kind, variant and backend.
  Expansion(const Grid& grid, bool smoke);

  std::int64_t points() const { return points_; }  ///< of all axes, before excludes and duplicates

  /// Makes the cells: resolves, excludes, sieves and collapses duplicates, in the order of the file.
  void expand(std::span<const Sieve> sieves);

  /// After expand: takes a cell out as an [[exclude]] would, for a reason that only all cells together show.
  void exclude(std::int64_t index, const std::string& reason);

  /// Cells, and points that an [[exclude]] took; each config and seed once.
  std::int64_t size() const { return static_cast<std::int64_t>(entries_.size()); }
  Cell cell(std::int64_t index) const;
  bool excluded(std::int64_t index) const { return entries_.at(static_cast<std::size_t>(index)).excluded >= 0; }
  /// A key's value in a cell, and who set it; nullopt where the cell's config does not have the key.
  std::optional<ValueOrigin> origin(std::int64_t index, std::size_t key) const;
  const Counts& counts() const { return counts_; }
  const std::vector<Dropped>& dropped() const { return dropped_; }
  std::vector<Axis> axes() const;
  /// Zips that add points to the product, in file order. points: before anything is dropped.
  struct Zip {
    std::string name;  ///< "seq_len,batch"
    std::int64_t rows = 0, points = 0;
  };
  std::vector<Zip> zips() const;
  std::vector<std::string> kinds() const;  ///< of the product, in its order
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// SHA-256 of the cells' contents and seeds, in order.
  std::string sha() const;

  /// What sieves read of a resolved point; nullptr: the key has no value there.
  const Slot* value(const Point& resolved, std::size_t key) const;
  const Resolver& resolver() const { return resolver_; }

 private:
  struct Entry {
    std::uint32_t block = 0;
    std::int32_t excluded = -1;  ///< index of the [[exclude]]; from their number on, of late_reasons_
    ContentHash hash;            ///< of config and seed
  };
  /// Hash to entry, open addressing: std::unordered_map would take three times the memory.
  class Index {
   public:
    std::uint32_t& slot(const ContentHash& hash, const std::vector<Entry>& entries);

   private:
    void grow(const std::vector<Entry>& entries);
    std::vector<std::uint32_t> slots_;  ///< entry + 1; 0 is free
  };
  static constexpr std::uint32_t kOff = ~std::uint32_t{0};  ///< the axis does not exist at this point

  void check_size();
  const Block& block_of(std::int64_t index) const { return blocks_.blocks[entries_.at(static_cast<std::size_t>(index)).block]; }
  Point said_at(std::int64_t index) const;
  void walk(std::size_t block, std::size_t axis, const Point& point);
  void take(std::size_t block, const Point& said);
  bool passes_sieves(const Point& resolved, bool count);
  void list(std::size_t block, std::int32_t excluded, const ContentHash& hash);
  void compact();
  bool is_taken_out(const Point& said);
  std::string holds_nowhere(const Block& block, const ValueAxis& axis) const;
  const std::string& reason_of(const Entry& entry) const;
  [[noreturn]] void refuse(const Block& block, const ResolveError& error) const;
  const Point& resolved_or_thrown(const Point& said) const;
  const Point& resolve(const Block& block, const Point& said) const;
  void shrink(Point& said) const;
  std::optional<std::size_t> exclude_of(const Condition::ValueOf& value_of);

  std::vector<std::string> warnings_;
  std::unique_ptr<Texts> texts_ = std::make_unique<Texts>();  ///< where moving does not move it: the resolver refers to it
  mutable Resolver resolver_;                                 ///< its memory of what it has seen is no part of the expansion's value
  SourceLine place_;
  bool smoke_;
  Blocks blocks_;
  std::span<const Sieve> sieves_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> digits_;  ///< per entry and axis of its block: the row, or kOff
  std::vector<std::uint32_t> here_;    ///< of the point that is being walked
  std::size_t stride_ = 0;
  Index index_;
  std::vector<bool> gone_;    ///< excluded entries whose cell an include brought back
  std::vector<Slot> smoked_;  ///< kind, variant, backend of the tiny cells so far
  mutable Slot derived_tokens_ = 0;
  Counts counts_;
  std::vector<Dropped> dropped_;
  std::vector<std::string> late_reasons_;
  std::int64_t points_ = 0;
  std::vector<std::int64_t> points_of_;  ///< by block
  std::vector<bool> axis_held_;          ///< of the product's axes
  std::vector<bool> exclude_held_;       ///< somewhere, if only at points that an earlier exclude has
};

}  // namespace synthbench
