// An evaluation on its way out.
#pragma once

#include "mnist_native.h"
#include "net/data.h"

namespace mn::api {

inline mn_evaluation as_c(const Evaluation& sums) {
    return {sums.loss_sum,          sums.objective_sum, sums.weight_sum, sums.absolute_error_sum,
            sums.squared_error_sum, sums.correct,       sums.counted};
}

} // namespace mn::api
