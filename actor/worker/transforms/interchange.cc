#include "actor/worker/transforms/emission.h"

namespace weft {

// An order alone changes nothing: upstream has no interchange of named operations that
// keeps their names. The band that comes next is created in this order instead, which
// is what Nest::pending_order remembers.
void EmitInterchange(const Action& /*action*/, Emission* /*emission*/) {}

}  // namespace weft
