// Inference: one image, and ten thousand.
#include <memory>

#include "cpu/floor.h"
#include "machine/cores.h"
#include "machine/isa.h"
#include "net/initialise.h"
#include "support.h"

namespace mn::bench {

namespace {

struct Called {
    Precision precision;
    const char* name;
};
constexpr Called kPrecisions[] = {
    {Precision::float32, "float32"}, {Precision::bf16, "bf16"}, {Precision::int8, "int8"}};

void predict(benchmark::State& state, int64_t count, const Placement& place) {
    const Images images(count, false);
    const auto model = cpu::make_model(article_net(), place, initial_parameters(article_net(), 0));
    std::vector<float> logits(static_cast<size_t>(count * 10));
    for (auto _ : state)
        model->logits(images.samples(), logits.data());
    state.SetItemsProcessed(state.iterations() * count);
}

} // namespace

void register_inference() {
    for (const int64_t count : {1, 10000}) {
        for (const int threads : {1, 2}) {
            if (threads > usable_cores() || (count == 1 && threads > 1))
                continue;
            for (const auto& [precision, called] : kPrecisions) {
                if (precision == Precision::bf16 && !machine_has_bf16())
                    continue;
                Placement place;
                place.threads = threads;
                place.precision = precision;
                const std::string name = std::string("inference/") + called + "/images:" + std::to_string(count) +
                                         "/threads:" + std::to_string(threads);
                benchmark::RegisterBenchmark(name.c_str(), predict, count, place)
                    ->Unit(benchmark::kMicrosecond)
                    ->UseRealTime();
            }
        }
    }
}

} // namespace mn::bench
