// Nets, batches and inputs whose sizes fit no vector, no block and no tile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/runs.h"

namespace mn::test {

struct OddShape {
    std::string name;
    Net net;
    LossOptions loss;
    OwnedData data;
    Plan plan; // one step
};

// Depths 1 to 5, widths 1, 7, 10, 312 and 313; bytes and floats, dense and sparse; in file order and in an order given;
// with the loss's options in turn.
std::vector<OddShape> odd_shapes(int64_t batch_size);

// One LossOptions for each option of the loss and some together; labels of the last class are ignored in some.
std::vector<LossOptions> loss_variants(int64_t classes);

// Each activation, and those with parameters that change how they are computed.
std::vector<Activation> all_activations();

// A net of these sizes for each activation, which stands behind all its hidden layers.
std::vector<Net> activation_variants(const std::vector<int32_t>& sizes);

} // namespace mn::test
