# What Maven packs of the native side: cmake -Dplatforms=LIST -Dhost=PLATFORM -Dbuild=DIR -Djni_sources=DIR
#   -Djava_home=DIR -Dnatives=DIR -Dclasses=DIR -P natives.cmake
# For each platform of LIST (with commas) the core, the JNI library and libraries.sha256 come into
# NATIVES/PLATFORM/dev/mnistnative/binding/PLATFORM, the host's also into CLASSES. The host's core has been built in
# BUILD; another platform's is cross-built in BUILD-PLATFORM, with the compiler that its toolchain file names. What did
# not change is not written again, so that jars and caches that go by time follow.
cmake_minimum_required(VERSION 3.25)
cmake_path(SET source NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../..")
string(REPLACE "," ";" platforms "${platforms}")

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Without a temporary file beside it (file(CONFIGURE)), which would make the folder newer than its jar.
function(write_if_different file text)
  if(EXISTS "${file}")
    file(READ "${file}" old)
  endif()
  if(NOT text STREQUAL "${old}")
    file(WRITE "${file}" "${text}")
  endif()
endfunction()

list(REMOVE_DUPLICATES platforms)
if(NOT host IN_LIST platforms)
  message(FATAL_ERROR "mn.platforms is ${platforms}, without this machine's: add ${host}, which the build runs")
endif()

# Of platforms that are no longer wanted nothing stays.
file(GLOB old LIST_DIRECTORIES ON RELATIVE "${natives}" "${natives}/*")
list(REMOVE_ITEM old ${platforms} platforms)
list(TRANSFORM old PREPEND "${natives}/")
if(old)
  file(REMOVE_RECURSE ${old})
endif()

foreach(platform IN LISTS platforms)
  set(directory "${build}")
  if(NOT platform STREQUAL host)
    set(directory "${build}-${platform}")
    set(toolchain "${source}/native/portability/${platform}.cmake")
    if(NOT EXISTS "${toolchain}")
      message(FATAL_ERROR "mn.platforms names ${platform}, for which there is no ${toolchain}")
    endif()
    run(${CMAKE_COMMAND} -S "${source}" -B "${directory}" -G Ninja -DCMAKE_BUILD_TYPE=Release
        "-DCMAKE_TOOLCHAIN_FILE=${toolchain}" -DMN_CUDA=OFF -DMN_TESTS=OFF
        "-DMN_JNI_SOURCES=${jni_sources}" "-DMN_JAVA_HOME=${java_home}")
  endif()
  run(${CMAKE_COMMAND} --build "${directory}" --parallel --target mnistnative jnimnistnative)

  set(path "dev/mnistnative/binding/${platform}")
  set(folder "${natives}/${platform}/${path}")
  if(platform MATCHES "^windows-")
    set(libraries mnistnative.dll jnimnistnative.dll)
  else()
    set(libraries libmnistnative.so libjnimnistnative.so)
  endif()
  file(MAKE_DIRECTORY "${folder}" "${natives}/${platform}/META-INF")
  set(sums "")
  foreach(library IN LISTS libraries)
    file(COPY_FILE "${directory}/lib/${library}" "${folder}/${library}" ONLY_IF_DIFFERENT)
    file(SHA256 "${folder}/${library}" sum)
    string(APPEND sums "${sum}  ${library}\n") # the core first: what the libraries are unpacked into is named by it
  endforeach()
  write_if_different("${folder}/libraries.sha256" "${sums}")
  foreach(text LICENSE NOTICE)
    file(COPY_FILE "${source}/${text}" "${natives}/${platform}/META-INF/${text}" ONLY_IF_DIFFERENT)
  endforeach()
  if(platform STREQUAL host)
    file(MAKE_DIRECTORY "${classes}/${path}")
    foreach(file IN LISTS libraries ITEMS libraries.sha256)
      file(COPY_FILE "${folder}/${file}" "${classes}/${path}/${file}" ONLY_IF_DIFFERENT)
    endforeach()
  endif()
endforeach()
write_if_different("${natives}/platforms" "${platforms}\n") # newer than the jar of another list
