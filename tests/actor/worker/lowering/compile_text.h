// Programs as text, compiled; and data to run them on.
#ifndef WEFT_TESTS_ACTOR_WORKER_LOWERING_COMPILE_TEXT_H_
#define WEFT_TESTS_ACTOR_WORKER_LOWERING_COMPILE_TEXT_H_

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>

#include "actor/worker/lowering/kernel.h"
#include "gtest/gtest.h"
#include "mlir/Parser/Parser.h"

namespace weft {

inline CompilerContext& Context() {
  static CompilerContext* context = new CompilerContext;
  return *context;
}

inline std::string ReadProgram(const std::string& name) {
  const char* source = std::getenv("WEFT_SOURCE_DIR");
  std::ifstream file(std::string(source ? source : ".") + "/tests/programs/" + name);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline mlir::OwningOpRef<mlir::ModuleOp> Parse(const std::string& text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      text, mlir::ParserConfig(Context().mlir()));
  EXPECT_TRUE(module) << Context().TakeDiagnostics();
  return module;
}

inline std::unique_ptr<Kernel> Compile(const std::string& text) {
  absl::StatusOr<std::unique_ptr<Kernel>> kernel =
      CompileKernel(Context(), Parse(text));
  EXPECT_TRUE(kernel.ok()) << kernel.status();
  return kernel.ok() ? std::move(*kernel) : nullptr;
}

// Aligned data of one argument, filled with random numbers of [-1, 1].
template <typename Element>
class Data {
 public:
  explicit Data(size_t size, unsigned seed = 0)
      : size_(size),
        elements_(static_cast<Element*>(
            std::aligned_alloc(64, (size * sizeof(Element) / 64 + 1) * 64))) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<Element> distribution(-1, 1);
    for (size_t i = 0; i < size_; ++i) elements_[i] = distribution(generator);
  }
  ~Data() { std::free(elements_); }
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;

  Element& operator[](size_t i) { return elements_[i]; }
  Element operator[](size_t i) const { return elements_[i]; }
  void* get() const { return elements_; }
  size_t size() const { return size_; }

 private:
  size_t size_;
  Element* elements_;
};

template <typename Element>
double LargestDifference(const Data<Element>& a, const Data<Element>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i] - b[i])));
  }
  return largest;
}

template <typename Element>
void NaiveMatmul(const Data<Element>& a, const Data<Element>& b, size_t m, size_t n,
                 size_t k, Data<Element>* c) {
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < n; ++j) {
      Element sum = 0;
      for (size_t l = 0; l < k; ++l) sum += a[i * k + l] * b[l * n + j];
      (*c)[i * n + j] = sum;
    }
  }
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_LOWERING_COMPILE_TEXT_H_
