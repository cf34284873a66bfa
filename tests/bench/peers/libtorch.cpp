// The article's workload on LibTorch's C++ API: data as one tensor, no item() per step.
// FUSED=1 calls the fused Adam kernel (LibTorch 2.4 or newer), else torch::optim::Adam.
// Environment: MNIST_DIR, DATA (mnist, or standardized: the same images as float32 in *-images-f32), BATCH, EPOCHS,
// INFER, OMP_NUM_THREADS. --version prints LibTorch's.
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

namespace F = torch::nn::functional;
using Clock = std::chrono::steady_clock;

static std::string env(const char* key, const char* fallback) {
    const char* value = std::getenv(key);
    return value ? value : fallback;
}

static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

static torch::Tensor idx(const std::string& file, int header, int64_t columns, torch::Dtype otherwise = torch::kLong) {
    std::ifstream in(env("MNIST_DIR", "mnist") + "/" + file, std::ios::binary | std::ios::ate);
    auto bytes = torch::empty({int64_t(in.tellg()) - header}, torch::kU8);
    in.seekg(header).read(static_cast<char*>(bytes.data_ptr()), bytes.numel());
    return columns ? bytes.view({-1, columns}).to(torch::kF32).div_(255) : bytes.to(otherwise);
}

static torch::Tensor images(const std::string& part) {
    if (env("DATA", "mnist") != "standardized")
        return idx(part + "-images-idx3-ubyte", 16, 784);
    auto bytes = idx(part + "-images-f32", 0, 0, torch::kU8);
    return bytes.view(torch::kF32).view({-1, 784});
}

static torch::Tensor labels(const std::string& part) {
    return idx(part + "-labels-idx1-ubyte", 8, 0);
}

struct Adam {
    std::vector<torch::Tensor> params, m, v, steps;
    explicit Adam(std::vector<torch::Tensor> p) : params(std::move(p)) {
        for (auto& t : params) {
            m.push_back(torch::zeros_like(t));
            v.push_back(torch::zeros_like(t));
            steps.push_back(torch::zeros({}));
        }
    }
#ifdef HAS_FUSED
    void step() {
        torch::NoGradGuard guard;
        std::vector<torch::Tensor> grads;
        for (size_t i = 0; i < params.size(); i++) {
            grads.push_back(params[i].grad());
            steps[i] += 1;
        }
        at::_fused_adam_(params, grads, m, v, {}, steps, 2e-5, 0.9, 0.999, 0.0, 1e-8, false, false);
    }
#endif
};

static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

int main(int argc, char**) {
    if (argc > 1) {
        std::printf("LibTorch %s\n", TORCH_VERSION);
        return 0;
    }
    const int epochs = std::stoi(env("EPOCHS", "3")), threads = std::stoi(env("OMP_NUM_THREADS", "1"));
    const int batch = std::stoi(env("BATCH", "320")), steps = 60000 / batch;
    torch::set_num_threads(threads);
    torch::manual_seed(0);
    const auto pixels = images("train"), classes = labels("train");
    torch::nn::Sequential model(torch::nn::Linear(784, 312), torch::nn::ReLU(), torch::nn::Linear(312, 256),
                                torch::nn::ReLU(), torch::nn::Linear(256, 10));
    torch::optim::Adam stock(model->parameters(), torch::optim::AdamOptions(2e-5));
    bool useFused = false;
#ifdef HAS_FUSED
    Adam fused(model->parameters());
    useFused = env("FUSED", "1") == "1";
#endif
    const char* name = useFused ? "libtorch-cpp-fused" : "libtorch-cpp";
    std::vector<double> times;
    double loss = 0, accuracy = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
        auto start = Clock::now();
        auto total = torch::zeros({});
        torch::Tensor out, y;
        for (int step = 0; step < steps; step++) {
            auto x = pixels.narrow(0, step * batch, batch);
            y = classes.narrow(0, step * batch, batch);
            model->zero_grad();
            out = model->forward(x);
            auto l = F::cross_entropy(out, y);
            l.backward();
#ifdef HAS_FUSED
            if (useFused)
                fused.step();
            else
#endif
                stock.step();
            total += l.detach();
        }
        loss = total.item<float>() / steps;
        accuracy = out.argmax(1).eq(y).to(torch::kF32).mean().item<float>();
        times.push_back(since(start));
        std::printf("epoch %d loss %.6f accuracy %.4f seconds %.3f\n", epoch + 1, loss, accuracy, times.back());
    }
    if (times.size() > 1)
        times.erase(times.begin());
    const double seconds = std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
    std::printf("RESULT %s threads=%d data=%s batch=%d ms_step=%.4f s_epoch=%.4f loss=%.5f acc=%.4f\n", name, threads,
                env("DATA", "mnist").c_str(), batch, seconds / steps * 1e3, seconds, loss, accuracy);
    if (env("INFER", "0") != "1")
        return 0;
    c10::InferenceMode guard;
    const auto test = images("t10k"), truth = labels("t10k");
    double correct = model->forward(test).argmax(1).eq(truth).to(torch::kF32).mean().item<float>();
    std::vector<double> passes, single;
    for (int pass = 0; pass < 20; pass++) {
        auto start = Clock::now();
        for (auto& part : test.split(1000))
            model->forward(part);
        passes.push_back(since(start));
    }
    for (int row = 0; row < 3000; row++) {
        auto start = Clock::now();
        model->forward(test.narrow(0, row, 1));
        single.push_back(since(start));
    }
    std::printf("INFER %s threads=%d test_acc=%.4f images_s=%.0f single_us=%.1f\n", name, threads, correct,
                10000 / median(passes), median(single) * 1e6);
}
