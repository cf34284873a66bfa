// Instruction sets that the processor offers.
#pragma once

namespace mn {

// Levels of vector instructions, weakest first; the names are Highway's.
enum class IsaLevel { baseline, ssse3, sse4, avx2, avx3, avx3_dl };

// Whether the machine has everything that a compiler may use for the level.
bool machine_has(IsaLevel level);

// Whether it has AVX-512 and the bf16 dot product (AVX512_BF16).
bool machine_has_bf16();

} // namespace mn
