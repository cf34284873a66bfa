// Losses that take targets: net/loss-inl.h's rules over the outputs of a row. A panel at a time goes through loops
// without branches, so that they vectorise: an autoencoder has as many outputs as inputs.
#include "cpu/loss.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace mn::cpu {

namespace {

#define MN_INLINE inline __attribute__((always_inline))

MN_INLINE double set_like(double, double x) {
    return x;
}
MN_INLINE double abs_of(double a) {
    return std::abs(a);
}
MN_INLINE double max_of(double a, double b) {
    return a < b ? b : a;
}
MN_INLINE double select_less(double a, double b, double x, double y) {
    return a < b ? x : y;
}
MN_INLINE double select_greater(double a, double b, double x, double y) {
    return a > b ? x : y;
}

// Within 1e-11 of exp(a), for a <= 0: 2^n times the Taylor series of the rest, which is at most log(2) / 2.
MN_INLINE double exp_of_negative(double a) {
    constexpr double kShift = 0x1.8p52; // a number added to it is rounded to a whole one, which its last bits hold
    const double bounded = a > -708 ? a : a != a ? a : -708; // a NaN stays one
    const double shifted = bounded * 0x1.71547652b82fep0 + kShift, n = shifted - kShift;
    const double r = (bounded - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
    double sum = 1.0 / 3628800;
    sum = sum * r + 1.0 / 362880;
    sum = sum * r + 1.0 / 40320;
    sum = sum * r + 1.0 / 5040;
    sum = sum * r + 1.0 / 720;
    sum = sum * r + 1.0 / 120;
    sum = sum * r + 1.0 / 24;
    sum = sum * r + 1.0 / 6;
    sum = sum * r + 0.5;
    sum = sum * r + 1;
    sum = sum * r + 1;
    const uint64_t power = (std::bit_cast<uint64_t>(shifted) + 1023) << 52; // 2^n
    return sum * std::bit_cast<double>(power);
}

// Within 1e-11 of log(1 + a), for 0 <= a <= 1: 2 atanh(a / (2 + a)), whose argument is at most 1/3.
MN_INLINE double log1p_of_unit(double a) {
    const double s = a / (2 + a), square = s * s;
    double sum = 1.0 / 21;
    sum = sum * square + 1.0 / 19;
    sum = sum * square + 1.0 / 17;
    sum = sum * square + 1.0 / 15;
    sum = sum * square + 1.0 / 13;
    sum = sum * square + 1.0 / 11;
    sum = sum * square + 1.0 / 9;
    sum = sum * square + 1.0 / 7;
    sum = sum * square + 1.0 / 5;
    sum = sum * square + 1.0 / 3;
    sum = sum * square + 1;
    return 2 * s * sum;
}

#include "net/loss-inl.h"

// Sums of eight interleaved chains, so that they vectorise, in one order whatever the columns.
struct PanelSums {
    static constexpr int64_t kChains = 8;
    double chains[kChains] = {};

    MN_INLINE void add(const double (&values)[kPanel]) {
        for (int64_t i = 0; i < kPanel; i += kChains) {
            for (int64_t k = 0; k < kChains; ++k)
                chains[k] += values[i + k];
        }
    }
    double total() const {
        double sum = 0;
        for (double chain : chains)
            sum += chain;
        return sum;
    }
};

template <LossKind kKind>
class TargetLoss final : public Loss {
  public:
    TargetLoss(const LossOptions& options, int64_t outputs)
        : Loss(options), outputs_(outputs), parameters_(static_cast<size_t>(round_up(outputs, kPanel)),
                                                        kKind == LossKind::bce ? 1.0 : options.parameter) {
        std::copy(options.pos_weight.begin(), options.pos_weight.end(), parameters_.begin());
    }

    void rows(const Activations& outputs, const Answers& answers, Range rows, double divisor, Activations* gradient,
              RowResult* results, double*) const override {
        const double outputs_count = static_cast<double>(outputs_);
        const double factor = factor_of(divisor) / outputs_count;
        for (int64_t row = rows.begin; row < rows.end; ++row) {
            const double weight = answers.weight(row);
            RowSums sums;
            for (int64_t panel = 0; panel < outputs.panels(); ++panel) {
                add_panel(outputs.at(panel, row), answers.targets(row) + panel * kPanel, panel,
                          outputs.columns_of(panel), factor * weight, gradient ? gradient->at(panel, row) : nullptr,
                          sums);
            }
            RowResult& result = results[row];
            result = {};
            result.loss = (kHasPlain ? sums.plain : sums.value).total() / outputs_count;
            if (weight != 0) // else what it multiplies may be infinite
                result.objective = weight * (sums.value.total() / outputs_count);
            result.absolute_error = sums.absolute.total() / outputs_count;
            result.squared_error = sums.squared.total() / outputs_count;
            result.correct = sums.correct;
        }
    }

  private:
    static constexpr bool kHasPlain = kKind == LossKind::bce; // one that differs from the value

    struct RowSums {
        PanelSums value, plain, absolute, squared;
        int32_t correct = 0;
    };

    // What lies beyond the columns is computed from zeros, and left out.
    void add_panel(const float* z, const float* targets, int64_t panel, int64_t columns, double factor, float* gradient,
                   RowSums& sums) const {
        double value[kPanel], plain[kPanel], absolute[kPanel], squared[kPanel], slope[kPanel];
        float padded[kPanel];
        if (columns < kPanel) {
            std::fill_n(padded, kPanel, 0.0f);
            std::copy_n(targets, columns, padded);
            targets = padded;
        }
        const double* parameters = parameters_.data() + panel * kPanel;
        for (int64_t i = 0; i < kPanel; ++i) {
            const OutputLoss<double> loss =
                OutputRule<kKind>::of(static_cast<double>(z[i]), static_cast<double>(targets[i]), parameters[i]);
            value[i] = loss.value;
            plain[i] = loss.plain;
            slope[i] = loss.slope;
            absolute[i] = std::abs(loss.error);
            squared[i] = loss.error * loss.error;
        }
        for (double* const part : {value, plain, absolute, squared, slope})
            std::fill(part + columns, part + kPanel, 0.0);
        sums.value.add(value);
        if (kHasPlain)
            sums.plain.add(plain);
        sums.absolute.add(absolute);
        sums.squared.add(squared);
        for (int64_t i = 0; kKind == LossKind::bce && i < columns; ++i)
            sums.correct += (z[i] > 0) == (targets[i] > 0.5f);
        for (int64_t i = 0; gradient && i < kPanel; ++i)
            gradient[i] = static_cast<float>(factor * slope[i]);
    }

    int64_t outputs_;
    std::vector<double> parameters_; // [outputs] the rules' third argument; padded to whole panels
};

} // namespace

std::unique_ptr<Loss> make_target_loss(const LossOptions& options, int64_t outputs) {
    return with_target_loss(options.kind, [&](auto kind) -> std::unique_ptr<Loss> {
        return std::make_unique<TargetLoss<kind.value>>(options, outputs);
    });
}

} // namespace mn::cpu
