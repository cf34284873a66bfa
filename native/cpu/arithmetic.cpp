#include "cpu/arithmetic.h"

#include <algorithm>

#include "cpu/float32/pass.h"
#include "cpu/int8/pass.h"
#if defined(MN_CPU_BF16)
#include "cpu/bf16/pass.h"
#endif

namespace mn::cpu {

namespace {

// Room for whole groups, which a gather writes. Rows of a panel that lie a multiple of 4 KiB apart from the next
// panel's fall on the same cache sets: keep clear of it.
int64_t padded_capacity(int64_t rows) {
    constexpr int64_t kUnit = 4;
    static_assert(kUnit % kGroup == 0);
    const int64_t whole = round_up(std::max<int64_t>(rows, 1), kUnit);
    return whole % kPanel == 0 ? whole + kUnit : whole;
}

} // namespace

Pass::Pass(const Net& net, int64_t rows, Purpose purpose) : capacity_(padded_capacity(rows)) {
    for (int l = 0; l < net.layers(); ++l) {
        outputs_.emplace_back(capacity_, net.fan_out(l));
        if (purpose == Purpose::training)
            deltas_.emplace_back(capacity_, net.fan_out(l));
    }
    if (purpose == Purpose::training && net.hidden_dropout > 0)
        dropout_ = HiddenDropout(net, capacity_);
}

int64_t Pass::bytes() const {
    int64_t sum = dropout_.bytes();
    for (const Activations& output : outputs_)
        sum += output.bytes();
    for (const Activations& delta : deltas_)
        sum += delta.bytes();
    return sum;
}

std::span<const ArithmeticEntry> arithmetics() {
    static constexpr ArithmeticEntry kArithmetics[] = {
        {Precision::float32, "float32", float32::make_arithmetic},
        {Precision::int8, "int8 products", int8::make_arithmetic},
#if defined(MN_CPU_BF16)
        {Precision::bf16, "bf16 products", bf16::make_arithmetic},
#endif
    };
    return kArithmetics;
}

const ArithmeticEntry* find_arithmetic(Precision precision) {
    const std::span<const ArithmeticEntry> all = arithmetics();
    const auto found = std::find_if(all.begin(), all.end(), [&](auto& entry) { return entry.precision == precision; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace mn::cpu
