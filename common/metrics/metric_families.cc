#include "common/metrics/metric_families.h"

namespace weft {

prometheus::Counter& MetricFamilies::AddCounter(
    const std::string& name, const std::string& help,
    const prometheus::Labels& labels) const {
  return prometheus::BuildCounter()
      .Name(prefix_ + name)
      .Help(help)
      .Register(*registry_)
      .Add(labels);
}

prometheus::Gauge& MetricFamilies::AddGauge(const std::string& name,
                                            const std::string& help,
                                            const prometheus::Labels& labels) const {
  return prometheus::BuildGauge()
      .Name(prefix_ + name)
      .Help(help)
      .Register(*registry_)
      .Add(labels);
}

prometheus::Histogram& MetricFamilies::AddHistogram(
    const std::string& name, const std::string& help,
    const prometheus::Histogram::BucketBoundaries& buckets) const {
  return prometheus::BuildHistogram()
      .Name(prefix_ + name)
      .Help(help)
      .Register(*registry_)
      .Add({}, buckets);
}

}  // namespace weft
