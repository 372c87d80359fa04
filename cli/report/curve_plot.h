// Learning curves as a picture.
#ifndef WEFT_CLI_REPORT_CURVE_PLOT_H_
#define WEFT_CLI_REPORT_CURVE_PLOT_H_

#include <string>

#include "cli/report/learning_curves.h"

namespace weft {

// An SVG document of a panel each for reward, speed-up, entropy, divergence and
// failures over the iterations. Validation rounds are points in the panels of reward
// and speed-up. A curve without two points is left out; so is a number that is not
// finite.
std::string PlotLearningCurves(const std::string& title, const LearningCurves& curves);

}  // namespace weft

#endif  // WEFT_CLI_REPORT_CURVE_PLOT_H_
