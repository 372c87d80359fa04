// Metrics of one process: named, described, and registered in one line each.
#ifndef WEFT_COMMON_METRICS_METRIC_FAMILIES_H_
#define WEFT_COMMON_METRICS_METRIC_FAMILIES_H_

#include <string>
#include <utility>

#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/labels.h"
#include "prometheus/registry.h"

namespace weft {

// Adds metrics whose names begin with the same words. Names of one family may be added
// several times with different labels. What is returned lives as long as the registry,
// and is thread-safe, as this is.
class MetricFamilies {
 public:
  // `prefix` is such as "weft_learner_"; `registry` must outlive this.
  MetricFamilies(prometheus::Registry* registry, std::string prefix)
      : registry_(registry), prefix_(std::move(prefix)) {}

  prometheus::Counter& AddCounter(const std::string& name, const std::string& help,
                                  const prometheus::Labels& labels = {}) const;
  prometheus::Gauge& AddGauge(const std::string& name, const std::string& help,
                              const prometheus::Labels& labels = {}) const;
  // `buckets` are the upper bounds, ascending, in the unit of the name.
  prometheus::Histogram& AddHistogram(
      const std::string& name, const std::string& help,
      const prometheus::Histogram::BucketBoundaries& buckets) const;

 private:
  prometheus::Registry* const registry_;
  const std::string prefix_;
};

}  // namespace weft

#endif  // WEFT_COMMON_METRICS_METRIC_FAMILIES_H_
