# Builds for Windows on Linux: cmake -DCMAKE_TOOLCHAIN_FILE=native/portability/windows-x86_64.cmake ...
# Debian: g++-mingw-w64-x86-64-posix; wine64 to run the tests.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix) # Google Test's build asks for C, too
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix) # -posix: with std::thread
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
find_program(MN_WINE NAMES wine64 PATHS /usr/lib/wine NO_CMAKE_FIND_ROOT_PATH)
if(MN_WINE)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${MN_WINE}")
endif()
set(CMAKE_EXE_LINKER_FLAGS_INIT -static) # a program finds no DLL of the compiler's where it runs
set(ZLIB_USE_STATIC_LIBS ON)
