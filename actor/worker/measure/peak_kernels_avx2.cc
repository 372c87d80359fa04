// Compiled for AVX2 and FMA; see CMakeLists.txt.
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/peak_loops.h"

namespace weft {

using Loops = PeakLoops<32>;
const PeakKernels kAvx2PeakKernels = {32,          16,          Loops::MultiplyAdd,
                                      Loops::Read, Loops::Copy, Loops::Add};

}  // namespace weft
