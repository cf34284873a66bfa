#include "reference/loss.h"

namespace mn::reference {

void cross_entropy(const double*, const int32_t*, int64_t, int64_t, const LossOptions&, const double*, double*,
                   double*) {}

} // namespace mn::reference
