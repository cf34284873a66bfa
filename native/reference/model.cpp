// Inference by the reference floor.
#include <algorithm>

#include "machine/memory.h"
#include "reference/batch.h"
#include "reference/evaluate.h"
#include "reference/floor.h"
#include "reference/forward.h"

namespace mn::reference {

namespace {

// Every call has its own activations, so that threads don't meet.
class ReferenceModel final : public Model {
  public:
    ReferenceModel(const Net& net, std::span<const float> parameters)
        : net_(net), parameters_(parameters.begin(), parameters.end()) {}

    void logits(const Data& data, float* logits) const override {
        Activations activations;
        for (int64_t done = 0; done < data.count; done += kBlock) {
            const int64_t rows = std::min(kBlock, data.count - done);
            activations.resize(net_, rows);
            load_samples(data, done, rows, activations.input());
            forward(net_, parameters_, rows, nullptr, activations);
            std::transform(activations.logits().begin(), activations.logits().end(), logits + done * net_.classes(),
                           [](double v) { return static_cast<float>(v); });
        }
    }

    Evaluation evaluate(const Data& data, int64_t first, int64_t count, const LossOptions& loss,
                        int32_t* predictions) const override {
        Activations activations;
        return reference::evaluate(net_, parameters_, loss, data, first, count, predictions, activations);
    }

    int64_t bytes() const override { return static_cast<int64_t>(parameters_.capacity() * sizeof(double)); }
    std::string describe() const override { return kDescription; }

  private:
    Net net_;
    std::vector<double> parameters_;
};

} // namespace

std::unique_ptr<Model> make_model(const Net& net, const Placement&, std::span<const float> parameters) {
    require_memory(static_cast<double>(parameters.size()) * sizeof(double), "the net of these sizes");
    return std::make_unique<ReferenceModel>(net, parameters);
}

} // namespace mn::reference
