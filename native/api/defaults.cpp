// The defaults of the C ABI's structs: those of the values in native/net/.
#include "api/structs.h"
#include "net/loss.h"
#include "net/optimizer.h"
#include "net/placement.h"

using namespace mn::api;

static_assert(MN_IGNORE_INDEX == mn::kIgnoreIndex);

void mn_placement_defaults(mn_placement* placement, uint32_t size) {
    give_defaults(mn_placement{}, placement, size);
}

void mn_optimizer_options_defaults(mn_optimizer_options* options, uint32_t size) {
    const mn::OptimizerOptions values;
    mn_optimizer_options defaults{};
    defaults.kind = MN_OPTIMIZER_ADAM;
    defaults.beta1 = values.beta1;
    defaults.beta2 = values.beta2;
    defaults.eps = values.eps;
    give_defaults(defaults, options, size);
}

void mn_loss_options_defaults(mn_loss_options* options, uint32_t size) {
    mn_loss_options defaults{};
    defaults.reduction = MN_REDUCTION_MEAN;
    defaults.ignore_index = MN_IGNORE_INDEX;
    give_defaults(defaults, options, size);
}
