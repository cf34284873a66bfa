// Whatever the arguments point to lies in global memory. The compiler cannot know that of pointers that come out of
// shared memory, and would ask at each access which memory is meant.
#pragma once

namespace mn::cuda {

template <typename T>
__device__ inline T* global(T* pointer) {
    __builtin_assume(__isGlobal(pointer));
    return pointer;
}

template <typename Quad>
__device__ inline Quad load_as(const void* from) {
    return *static_cast<const Quad*>(global(from));
}

} // namespace mn::cuda
