// Lets the shared libraries load on systems with an older glibc than the one they were linked against.
//
// A linker takes the newest version of each function that the build machine's glibc has: pthread_create@GLIBC_2.34 on
// Debian 12, which no older system can load. Each entry below defines a hidden function of that name which jumps to the
// oldest version; every newer glibc keeps it. What an old glibc has not got at all is written out. As definitions
// inside the shared library they serve libstdc++.a, libgcc_eh.a and libcudart_static.a, too. What is not used is
// dropped by --gc-sections. The test native_glibc_floor names what is missing here.
#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#define OLDEST_DLMOPEN "GLIBC_2.3.4"
#define JUMP "jmp"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17" // the first glibc for this processor
#define OLDEST_DLMOPEN OLDEST
#define JUMP "b"
#endif

// A section of its own for each, so that the unused ones can be dropped.
#define JUMP_TO(version, old_name, name)                                                                               \
    asm(".pushsection .text." #name ",\"ax\",%progbits\n"                                                              \
        ".globl " #name "\n.hidden " #name "\n.type " #name ",%function\n" #name ":\n"                                 \
        "\t" JUMP " old_of_" #name "\n"                                                                                \
        ".size " #name ",.-" #name "\n"                                                                                \
        ".symver old_of_" #name "," #old_name "@" version "\n"                                                         \
        ".popsection\n");
#define OLD(name) JUMP_TO(OLDEST, name, name)

// clang-format off
OLD(exp) OLD(log) OLD(pow) // new in 2.29: errno is set otherwise, the numbers are those of 2.28
// New in 2.38, for numbers of base 2 that begin with 0b: libstdc++ of Debian 13 and JavaCPP do not ask for them.
JUMP_TO(OLDEST, strtoul, __isoc23_strtoul)
JUMP_TO(OLDEST, strtol, __isoc23_strtol) JUMP_TO(OLDEST, strtoll, __isoc23_strtoll)

// New in 2.34, which moved them into libc.so.
OLD(dlclose) OLD(dlerror) OLD(dlopen) OLD(dlsym) OLD(dlvsym) JUMP_TO(OLDEST_DLMOPEN, dlmopen, dlmopen)
OLD(pthread_create) OLD(pthread_detach) OLD(pthread_join) OLD(pthread_kill) OLD(pthread_once)
OLD(__pthread_key_create) OLD(pthread_key_create) OLD(pthread_key_delete)
OLD(pthread_getspecific) OLD(pthread_setspecific)
OLD(pthread_mutex_trylock) OLD(pthread_condattr_setpshared)
OLD(pthread_mutexattr_destroy) OLD(pthread_mutexattr_init) OLD(pthread_mutexattr_setpshared)
OLD(pthread_mutexattr_settype)
OLD(pthread_rwlock_destroy) OLD(pthread_rwlock_init) OLD(pthread_rwlock_rdlock) OLD(pthread_rwlock_timedrdlock)
OLD(pthread_rwlock_timedwrlock) OLD(pthread_rwlock_tryrdlock) OLD(pthread_rwlock_trywrlock) OLD(pthread_rwlock_unlock)
OLD(pthread_rwlock_wrlock) OLD(pthread_rwlockattr_destroy) OLD(pthread_rwlockattr_init)
OLD(pthread_rwlockattr_setpshared)
OLD(pthread_spin_destroy) OLD(pthread_spin_init) OLD(pthread_spin_lock) OLD(pthread_spin_trylock)
OLD(pthread_spin_unlock)
OLD(sem_destroy) OLD(sem_init) OLD(sem_post) OLD(sem_timedwait) OLD(sem_trywait) OLD(sem_wait)
OLD(shm_open) OLD(shm_unlink)
// clang-format on

#if defined(DLFO_STRUCT_HAS_EH_DBASE) // a glibc of 2.35 or newer to build with
                                                            namespace {

    struct Search {
        uintptr_t address;
        dl_find_object* result;
    };

    // Stops, with 1, at the loaded object that holds the address and has unwinding tables.
    int find_in(dl_phdr_info * object, size_t, void* argument) {
        const Search& search = *static_cast<Search*>(argument);
        void* tables = nullptr;
        bool inside = false;
        for (const ElfW(Phdr)* header = object->dlpi_phdr; header != object->dlpi_phdr + object->dlpi_phnum; ++header) {
            const uintptr_t begin = object->dlpi_addr + header->p_vaddr;
            if (header->p_type == PT_GNU_EH_FRAME)
                tables = reinterpret_cast<void*>(begin);
            if (header->p_type == PT_LOAD && search.address - begin < header->p_memsz) {
                inside = true;
                search.result->dlfo_map_start = reinterpret_cast<void*>(begin);
                search.result->dlfo_map_end = reinterpret_cast<void*>(begin + header->p_memsz);
            }
        }
        search.result->dlfo_eh_frame = tables;
        return inside && tables ? 1 : 0;
    }

} // namespace
#endif

#define HIDDEN __attribute__((visibility("hidden")))

extern "C" {

// New in 2.32: libstdc++ counts references without atomics while the process has one thread. A JVM never has.
HIDDEN char __libc_single_threaded = 0;

// New in 2.33; inline functions before. libstdc++ calls the one on Debian 12, the other on 13.
HIDDEN int fstat(int file, struct stat* result) noexcept {
    return static_cast<int>(syscall(SYS_fstat, file, result));
}
HIDDEN int fstat64(int file, struct stat64* result) noexcept {
    return static_cast<int>(syscall(SYS_fstat, file, result));
}

#if defined(DLFO_STRUCT_HAS_EH_DBASE)
// New in 2.35: how the static libgcc finds the unwinding tables for an exception.
HIDDEN int _dl_find_object(void* address, dl_find_object* result) noexcept {
    *result = {};
    Search search{reinterpret_cast<uintptr_t>(address), result};
    return dl_iterate_phdr(find_in, &search) ? 0 : -1;
}
#endif

} // extern "C"
