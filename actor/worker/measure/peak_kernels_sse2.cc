// Compiled for any x86-64; see CMakeLists.txt.
#include "actor/worker/measure/peak_kernels.h"
#include "actor/worker/measure/peak_loops.h"

namespace weft {

using Loops = PeakLoops<16>;
const PeakKernels kSse2PeakKernels = {16,          16,          Loops::MultiplyAdd,
                                      Loops::Read, Loops::Copy, Loops::Add};

}  // namespace weft
