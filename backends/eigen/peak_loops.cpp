#include "backends/eigen/peak_loops.h"

#include <Eigen/Core>
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "backends/eigen/threads.h"

namespace synthbench::eigen {
namespace {

constexpr Eigen::Index kSide = 768;  ///< 0.9 GFLOP a product: ten milliseconds or so of a core

template <typename Real>
struct Products {
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  struct Product {
    Matrix left, right, out;
  };

  explicit Products(int threads) : each(static_cast<std::size_t>(threads)) {
    team.run(threads, threads, [this](std::int64_t task, int) {
      Product& mine = of(task);
      mine.left = Matrix::Random(kSide, kSide);
      mine.right = Matrix::Random(kSide, kSide);
      mine.out.resize(kSide, kSide);
    });
  }
  Product& of(std::int64_t task) { return each[static_cast<std::size_t>(task)]; }
  void multiply() {
    team.run(static_cast<int>(each.size()), std::ssize(each), [this](std::int64_t task, int) {
      Product& mine = of(task);
      mine.out.noalias() = mine.left * mine.right;
    });
  }

  Threads team;
  std::vector<Product> each;
};

template <typename Real>
PeakLoop loop_of_products(int threads) {
  const auto products = std::make_shared<Products<Real>>(threads);
  return {[products] { products->multiply(); }, 2.0 * threads * kSide * kSide * kSide};
}

/// Uninitialised at first: the thread that copies a part is the first to touch it, so that it lies near that thread.
struct Copy {
  Copy(std::size_t size, int parts) : bytes(size), threads(parts), from(new unsigned char[size]), to(new unsigned char[size]) {
    each([this](std::size_t begin, std::size_t count) { std::memset(&from[begin], 1, count); });
  }
  template <typename Part>
  void each(const Part& part) {
    team.run(threads, threads, [&](std::int64_t task, int) {
      const auto at = [&](std::int64_t k) { return bytes * static_cast<std::size_t>(k) / static_cast<std::size_t>(threads); };
      part(at(task), at(task + 1) - at(task));
    });
  }

  std::size_t bytes;
  int threads;
  std::unique_ptr<unsigned char[]> from, to;
  Threads team;
};

}  // namespace

PeakLoop gemm_loop(DType dtype, int threads) {
  return dtype == DType::f64 ? loop_of_products<double>(threads) : loop_of_products<float>(threads);
}

PeakLoop copy_loop(std::size_t bytes, int threads) {
  const auto copy = std::make_shared<Copy>(bytes, threads);
  const auto call = [copy] {
    copy->each([&](std::size_t begin, std::size_t count) { std::memcpy(&copy->to[begin], &copy->from[begin], count); });
  };
  return {call, 2.0 * static_cast<double>(bytes)};
}

}  // namespace synthbench::eigen
