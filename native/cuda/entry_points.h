// The compiled kernels, by engine.
#pragma once

#include "cuda/arguments.h"

namespace mn::cuda {

struct KernelSet {
    const void* norms = nullptr;  // (const StepArguments*, int first, int count)
    const void* phase = nullptr;  // (const StepArguments*, Phase, int step, int layer)
    const void* chunk = nullptr;  // (const StepArguments*, int first, int count), cooperative
    bool stages = false;          // whether their memory holds stages of operands
    const void* clocks = nullptr; // symbol of PhaseClocks, in a build with MN_CUDA_PHASE_CLOCKS
};

// For the benchmark: what each block's clock showed when a step began, then before and after each of its barriers.
constexpr int kClockBlocks = 1024, kClockMarks = 32;
struct PhaseClocks {
    long long at[kClockBlocks][kClockMarks];
    long long inner[kClockBlocks][kClockMarks / 2][6];
};

KernelSet ffma_kernels();
KernelSet tf32x3_kernels();
KernelSet tf32_kernels();
KernelSet bf16_kernels();

inline KernelSet kernels(Engine engine) {
    switch (engine) {
    case Engine::tf32x3:
        return tf32x3_kernels();
    case Engine::tf32:
        return tf32_kernels();
    case Engine::bf16:
        return bf16_kernels();
    case Engine::ffma:
        break;
    }
    return ffma_kernels();
}

} // namespace mn::cuda
