// Dropout: hidden layers' outputs and their gradients draw what is kept where they are made; what is kept of the input,
// which many tiles read, is drawn one step ahead, a bit for each pixel.
#pragma once

#include "cuda/batch.cuh"

namespace mn::cuda {

// Columns n .. n + 3 of a row of hidden layer `layer`'s outputs (the first is 1), or their gradient.
__device__ inline float4 dropped(const DropoutRule& rule, int index, int layer, int row, int n, float4 v) {
    return kept_of(rule.kept(index, layer, row, n / 4), v, rule.scale);
}

// What the layer handed on before that.
__device__ inline float4 undropped(const DropoutRule& rule, float4 h) {
    return make_float4(h.x * rule.unscale, h.y * rule.unscale, h.z * rule.unscale, h.w * rule.unscale);
}

// Draws what step `index` keeps of its input: a thread for four pixels, eight threads for a word.
__device__ __noinline__ inline void draw_input(int index) {
    const StepArguments& s = arguments();
    if (!s.input_dropout.drops || index * s.batch_size >= s.samples)
        return;
    const StepView step(s, index);
    const int across = 8 * s.data.kept_words, quads = step.rows * across;
    uint32_t* const kept = s.data.kept + kept_offset(s, index);
    const int lane = threadIdx.x % 32;
    for (int first = (blockIdx.x * kWarps + threadIdx.x / 32) * 32; first < quads; first += gridDim.x * kThreads) {
        const int quad = first + lane; // those beyond the last row are not stored
        uint32_t word = s.input_dropout.kept(index, 0, quad / across, quad % across) << (4 * (lane % 8));
#pragma unroll
        for (int apart = 1; apart < 8; apart *= 2)
            word |= __shfl_xor_sync(~0u, word, apart);
        if (lane % 8 == 0 && quad < quads)
            kept[quad / 8] = word;
    }
}

} // namespace mn::cuda
