#include "cli/report/curve_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace weft {
namespace {

constexpr double kWidth = 860, kPanelHeight = 170, kHeader = 44;
constexpr double kLeft = 70, kRight = 24, kTop = 30, kBottom = 26;
constexpr int kTicks = 4;

struct Series {
  std::string name;
  Curve curve;
  const char* color;
  bool points = false;  // Marks joined by a thin line instead of a line alone.
};

struct Panel {
  std::string title;
  std::vector<Series> series;
};

std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

// The range of the values, widened when they are all equal.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void Widen() {
    if (high - low < 1e-9 * std::max(1.0, std::abs(low))) {
      low -= 0.5;
      high += 0.5;
    }
  }
};

// Steps of 1, 2 or 5 times a power of ten.
double StepOf(const Range& range) {
  const double raw = (range.high - range.low) / kTicks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

class PanelPainter {
 public:
  PanelPainter(const Panel& panel, double top, Range x, std::string* svg)
      : panel_(panel), top_(top), x_(x), svg_(*svg) {
    for (const Series& series : panel.series) {
      for (const CurvePoint& point : series.curve) y_.Add(point.value);
    }
    y_.Widen();
  }

  void Paint() {
    absl::StrAppendFormat(&svg_,
                          "<text class=\"title\" x=\"%.0f\" y=\"%.0f\">%s</text>\n",
                          kLeft, top_ + 18, Escape(panel_.title));
    Grid();
    double legend = kWidth - kRight;
    for (const Series& series : panel_.series) {
      if (series.curve.empty()) continue;
      Line(series);
      absl::StrAppendFormat(&svg_,
                            "<text class=\"legend\" x=\"%.0f\" y=\"%.0f\" "
                            "fill=\"%s\">%s</text>\n",
                            legend, top_ + 18, series.color, Escape(series.name));
      legend -= 9.0 + 7.0 * static_cast<double>(series.name.size());
    }
  }

 private:
  double X(double value) const {
    return kLeft + (value - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
  }
  double Y(double value) const {
    return top_ + kPanelHeight - kBottom -
           (value - y_.low) / (y_.high - y_.low) * (kPanelHeight - kTop - kBottom);
  }

  void Grid() {
    const double y_step = StepOf(y_);
    for (double tick = std::ceil(y_.low / y_step) * y_step; tick <= y_.high + 1e-12;
         tick += y_step) {
      absl::StrAppendFormat(&svg_,
                            "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
                            "y2=\"%.1f\"/><text class=\"y\" x=\"%.1f\" "
                            "y=\"%.1f\">%g</text>\n",
                            kLeft, kWidth - kRight, Y(tick), Y(tick), kLeft - 8,
                            Y(tick) + 4, std::abs(tick) < 1e-12 ? 0 : tick);
    }
    const double x_step = std::max(1.0, StepOf(x_));
    for (double tick = std::ceil(x_.low / x_step) * x_step; tick <= x_.high + 1e-12;
         tick += x_step) {
      absl::StrAppendFormat(&svg_,
                            "<text class=\"x\" x=\"%.1f\" y=\"%.1f\">%g</text>\n",
                            X(tick), top_ + kPanelHeight - kBottom + 16, tick);
    }
  }

  void Line(const Series& series) {
    std::string path;
    for (const CurvePoint& point : series.curve) {
      absl::StrAppendFormat(&path, "%.1f,%.1f ", X(point.iteration), Y(point.value));
    }
    absl::StrAppendFormat(&svg_,
                          "<polyline stroke=\"%s\" stroke-width=\"%s\" "
                          "points=\"%s\"/>\n",
                          series.color, series.points ? "1" : "1.6", path);
    if (!series.points) return;
    for (const CurvePoint& point : series.curve) {
      absl::StrAppendFormat(&svg_,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" "
                            "fill=\"%s\"><title>iteration %g: %g</title></circle>\n",
                            X(point.iteration), Y(point.value), series.color,
                            point.iteration, point.value);
    }
  }

  const Panel& panel_;
  const double top_;
  const Range x_;
  Range y_;
  std::string& svg_;
};

// Of the last tenth of the run so far, so that noise does not hide the trend.
Curve Smoothed(const Curve& curve) {
  const size_t span = std::max<size_t>(1, curve.size() / 10);
  Curve smooth;
  double sum = 0;
  for (size_t i = 0; i < curve.size(); ++i) {
    sum += curve[i].value;
    if (i >= span) sum -= curve[i - span].value;
    const auto count = static_cast<double>(std::min(i + 1, span));
    smooth.push_back({curve[i].iteration, sum / count});
  }
  return smooth;
}

constexpr char kGrey[] = "#b4bcc8", kBlue[] = "#2f6fbb", kRed[] = "#c1442e",
               kGreen[] = "#3c8a4e";

std::vector<Panel> PanelsOf(const LearningCurves& curves) {
  const Curve reward = curves.Of("mean_reward");
  return {{"Reward, ln(roofline time / time)",
           {{"validation", curves.ValidationOf("mean_reward"), kRed, true},
            {"training, mean of a tenth", Smoothed(reward), kBlue},
            {"training", reward, kGrey}}},
          {"Speed-up over unscheduled -O3 code",
           {{"validation", curves.ValidationOf("geomean_speedup"), kRed, true},
            {"best so far", curves.Of("best_geomean_speedup"), kGreen},
            {"training", curves.Of("mean_speedup"), kBlue}}},
          {"Entropy, nats per decision", {{"entropy", curves.Of("entropy"), kBlue}}},
          {"Divergence of an update",
           {{"clipped share", curves.Of("clip_fraction"), kGrey},
            {"KL", curves.Of("kl"), kBlue}}},
          {"Failed episodes of an iteration", {{"failures", curves.Failures(), kRed}}}};
}

// Curves of one point, or of numbers that are not finite, cannot be drawn.
void KeepWhatCanBeDrawn(std::vector<Panel>* panels) {
  for (Panel& panel : *panels) {
    for (Series& series : panel.series) {
      Curve& curve = series.curve;
      curve.erase(std::remove_if(curve.begin(), curve.end(),
                                 [](const CurvePoint& point) {
                                   return !std::isfinite(point.value);
                                 }),
                  curve.end());
      if (curve.size() < 2) curve.clear();
    }
  }
  panels->erase(
      std::remove_if(panels->begin(), panels->end(),
                     [](const Panel& panel) {
                       return std::all_of(
                           panel.series.begin(), panel.series.end(),
                           [](const Series& series) { return series.curve.empty(); });
                     }),
      panels->end());
}

}  // namespace

std::string PlotLearningCurves(const std::string& title, const LearningCurves& curves) {
  std::vector<Panel> panels = PanelsOf(curves);
  KeepWhatCanBeDrawn(&panels);
  Range x;
  for (const Panel& panel : panels) {
    for (const Series& series : panel.series) {
      for (const CurvePoint& point : series.curve) x.Add(point.iteration);
    }
  }
  x.Widen();
  const double height = kHeader + kPanelHeight * static_cast<double>(panels.size());
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
      "viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<style>.title{font-weight:600}.legend,.y{text-anchor:end}.x{text-anchor:middle}"
      ".x,.y{fill:#66707d}.grid{stroke:#e3e7ec}polyline{fill:none;"
      "stroke-linejoin:round}</style>\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
      "<text x=\"%.0f\" y=\"28\" font-size=\"16\" font-weight=\"600\">%s</text>\n",
      kWidth, height, kWidth, height, kLeft, Escape(title));
  double top = kHeader;
  for (const Panel& panel : panels) {
    PanelPainter(panel, top, x, &svg).Paint();
    top += kPanelHeight;
  }
  return svg + "</svg>\n";
}

}  // namespace weft
