// Compiled for AVX-512F; see CMakeLists.txt.
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/peak_loops.h"

namespace weft {

using Loops = PeakLoops<64>;
const PeakKernels kAvx512PeakKernels = {64,          32,          Loops::MultiplyAdd,
                                        Loops::Read, Loops::Copy, Loops::Add};

}  // namespace weft
