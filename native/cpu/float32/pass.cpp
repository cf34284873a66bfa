#include "cpu/float32/pass.h"

#include <algorithm>

namespace mn::cpu::float32 {

namespace {

// Below so many, B's panel comes by too often for what is done with it.
constexpr int64_t kFewestTiles = 4;

class Float32 final : public Arithmetic {
  public:
    explicit Float32(const ArithmeticParts& parts) : parts_(parts), weights_(parts.net, parts.purpose) {}

    void refresh() override { weights_.refresh(parts_.kernels, parts_.parameters); }
    std::unique_ptr<cpu::Pass> make_pass(int64_t rows) override {
        return std::make_unique<Pass>(parts_, weights_, rows);
    }
    bool carries() const override { return true; }
    int64_t bytes() const override { return weights_.bytes(); }

  private:
    ArithmeticParts parts_;
    Weights weights_;
};

} // namespace

int64_t Pass::tiles_at_once(int64_t depth) const {
    constexpr int64_t kNear = 224 << 10; // half of a small second-level cache
    const int64_t tile_bytes = parts_.kernels.tile_rows * round_up(depth, kPanel) * static_cast<int64_t>(sizeof(float));
    return std::max(kNear / tile_bytes, kFewestTiles);
}

std::unique_ptr<Arithmetic> make_arithmetic(const ArithmeticParts& parts) {
    return std::make_unique<Float32>(parts);
}

} // namespace mn::cpu::float32
