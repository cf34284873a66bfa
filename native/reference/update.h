// The optimizers' formulas in double precision: torch.optim.Adam, AdamW and SGD.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/optimizer.h"

namespace mn::reference {

// A moment that the optimizer does not keep is empty.
struct OptimizerState {
    std::vector<double> first_moment;      // Adam's exp_avg, SGD's momentum_buffer
    std::vector<double> second_moment;     // Adam's exp_avg_sq
    std::vector<double> max_second_moment; // amsgrad's max_exp_avg_sq
    int64_t step = 0;                      // updates done

    OptimizerState(const OptimizerOptions& options, int64_t parameters);
    int64_t bytes() const;
};

// One optimizer step; counts it.
void update(const OptimizerOptions& options, double learning_rate, std::span<const double> gradient,
            std::span<double> parameters, OptimizerState& state);

} // namespace mn::reference
