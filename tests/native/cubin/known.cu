// Kernels whose machine code is known beforehand: cubin_test.py holds cubin.py against them.
#include <cstdint>

extern "C" {

__global__ void plain(const float* from, float* to) {
    to[threadIdx.x] = from[threadIdx.x];
}

__global__ void non_coherent(const float* __restrict__ from, float* to) {
    to[threadIdx.x] = __ldg(from + threadIdx.x);
}

// Which memory a pointer means is known when it runs.
__global__ void generic(float* from, float* to, int shared) {
    __shared__ float here[256];
    here[threadIdx.x] = to[threadIdx.x];
    __syncthreads();
    const float* const p = shared ? here : from;
    to[threadIdx.x] = p[threadIdx.x ^ 1];
}

__global__ void local_memory(const float* from, float* to, int count) {
    float values[64];
    for (int i = 0; i < 64; ++i)
        values[i] = from[i];
    for (int i = 0; i < count; ++i)
        to[i] = values[i * 7 & 63];
}

// A turn: one load of global memory, two ldmatrix, four mma, one store to shared memory, one barrier. What was loaded
// is stored behind the mma.
__global__ void product(const float* from, float* to, int turns) {
    __shared__ float operands[2][1024];
    float sums[4] = {};
    operands[0][threadIdx.x] = from[threadIdx.x];
    __syncthreads();
#pragma unroll 1
    for (int turn = 1; turn < turns; ++turn) {
        const float next = from[turn * 256 + threadIdx.x];
        __syncwarp();
        uint32_t a[4], b[4];
        const uint32_t at = static_cast<uint32_t>(__cvta_generic_to_shared(operands[0] + threadIdx.x % 32 * 4));
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(a[0]), "=r"(a[1]), "=r"(a[2]), "=r"(a[3])
                     : "r"(at)
                     : "memory");
        asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(b[0]), "=r"(b[1]), "=r"(b[2]), "=r"(b[3])
                     : "r"(at + 512)
                     : "memory");
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                         "{%0,%1,%2,%3};"
                         : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                         : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[i % 2 * 2]), "r"(b[i % 2 * 2 + 1]));
        }
        operands[turn % 2][threadIdx.x] = next;
        __syncthreads();
    }
    for (int i = 0; i < 4; ++i)
        to[4 * threadIdx.x + i] = sums[i];
}

// A turn: one cp.async and what commits it, a wait for all but the last of them, four mma, a barrier. What is asked
// for has the rest of its turn and the whole of the next until it is waited for: eight mma.
__global__ void pipelined(const float4* from, float* to, int turns) {
    __shared__ float4 stages[3][256];
    float sums[4] = {};
    const auto source = __cvta_generic_to_global(from + threadIdx.x);
    auto to_stage = [](int n) { return static_cast<uint32_t>(__cvta_generic_to_shared(&stages[n % 3][threadIdx.x])); };
    for (int turn = 0; turn < 2; ++turn) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to_stage(turn)), "l"(source) : "memory");
        asm volatile("cp.async.commit_group;" ::: "memory");
    }
#pragma unroll 1
    for (int turn = 2; turn < turns; ++turn) {
        asm volatile("cp.async.wait_group 1;" ::: "memory");
        __syncthreads();
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to_stage(turn)), "l"(source + turn * 4096)
                     : "memory");
        asm volatile("cp.async.commit_group;" ::: "memory");
        const float4 a = stages[(turn + 1) % 3][255 - threadIdx.x];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                         "{%0,%1,%2,%3};"
                         : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                         : "r"(__float_as_uint(a.x)), "r"(__float_as_uint(a.y)), "r"(__float_as_uint(a.z)),
                           "r"(__float_as_uint(a.w)), "r"(__float_as_uint(a.x)), "r"(__float_as_uint(a.y)));
        }
    }
    for (int i = 0; i < 4; ++i)
        to[4 * threadIdx.x + i] = sums[i];
}

// The load's value is in the first multiplication: it is waited for.
__global__ void waiting(const float* from, float* to, int turns) {
    float sum = 0, other = threadIdx.x;
#pragma unroll 1
    for (int turn = 0; turn < turns; ++turn) {
        sum = fmaf(from[turn * 256 + threadIdx.x], other, sum);
#pragma unroll
        for (int i = 0; i < 31; ++i)
            sum = fmaf(sum, other, 0.5f);
        __syncthreads();
    }
    to[threadIdx.x] = sum;
}

// A loop in a loop, 8 and 4 multiplications, and a part that some turns leave out.
__global__ void nested(const float* from, float* to, int turns, int inner) {
    float sum = from[threadIdx.x], other = threadIdx.x;
#pragma unroll 1
    for (int turn = 0; turn < turns; ++turn) {
#pragma unroll
        for (int i = 0; i < 4; ++i)
            sum = fmaf(sum, other, 0.5f);
#pragma unroll 1
        for (int j = 0; j < inner; ++j) {
#pragma unroll
            for (int i = 0; i < 8; ++i)
                sum = fmaf(sum, other, 0.25f);
        }
        if (turn % 3 == 1)
            to[turn * 256 + threadIdx.x] = sum;
        __syncthreads();
    }
    to[threadIdx.x] = sum;
}

// Two products, one after the other; the second looks at each turn which memory it reads.
__global__ void two(const float* from, float* to, int turns, int shared) {
    __shared__ float here[256];
    float sum = 0, other = threadIdx.x;
    here[threadIdx.x] = from[threadIdx.x];
#pragma unroll 1
    for (int turn = 0; turn < turns; ++turn) {
        __syncthreads();
#pragma unroll
        for (int i = 0; i < 8; ++i)
            sum = fmaf(sum, other, 0.5f);
    }
    const float* const p = shared ? here : from;
#pragma unroll 1
    for (int turn = 0; turn < turns; ++turn) {
        __syncthreads();
        const float value = p[threadIdx.x ^ turn & 255];
#pragma unroll
        for (int i = 0; i < 16; ++i)
            sum = fmaf(sum, other, 0.25f);
        sum += value;
    }
    to[threadIdx.x] = sum;
}
}
