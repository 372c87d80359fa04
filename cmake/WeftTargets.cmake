# Functions that declare Weft's targets, so that every folder says only what it has.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()
find_program(WEFT_CCACHE ccache)
if(WEFT_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${WEFT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${WEFT_CCACHE}")
endif()

add_library(weft_options INTERFACE)
target_include_directories(weft_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(weft_options INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(weft_options INTERFACE -Wthread-safety)
endif()
if(WEFT_SANITIZE)
  add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${WEFT_SANITIZE})
  if(WEFT_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=vptr,function)
  endif()
endif()

# weft_library(NAME SOURCES ... [DEPS ...]): a static library weft_NAME, alias weft::NAME.
function(weft_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(weft_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(weft_${name} PUBLIC weft_options ${ARG_DEPS})
  else()
    add_library(weft_${name} INTERFACE)
    target_link_libraries(weft_${name} INTERFACE weft_options ${ARG_DEPS})
  endif()
  add_library(weft::${name} ALIAS weft_${name})
endfunction()

# weft_executable(NAME SOURCES ... [DEPS ...]): a program of that name in build/bin.
function(weft_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weft_options ${ARG_DEPS})
endfunction()

# weft_test(NAME SOURCES ... [DEPS ...] [LABELS ...] [TIMEOUT SECONDS] [NEEDS TARGET ...]):
# a GoogleTest program, registered as one CTest test. Labels: unit (the default),
# thread (also run under ThreadSanitizer), integration, fault. NEEDS names programs that
# the test starts; WEFT_BIN_DIR tells it where they are.
function(weft_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS;NEEDS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(WEFT_SANITIZE)  # Some code runs ten times as long.
    math(EXPR ARG_TIMEOUT "5 * ${ARG_TIMEOUT}")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weft_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  if(WEFT_SANITIZE MATCHES "thread")
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/tsan_absl_mutex.cc")
    target_link_libraries(${name} PRIVATE absl::synchronization ${CMAKE_DL_LIBS})
  endif()
  if(ARG_NEEDS)
    add_dependencies(${name} ${ARG_NEEDS})
  endif()
  foreach(label IN LISTS ARG_LABELS)  # weft_unit_tests, weft_thread_tests, ...
    if(NOT TARGET weft_${label}_tests)
      add_custom_target(weft_${label}_tests)
    endif()
    add_dependencies(weft_${label}_tests ${name})
  endforeach()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "WEFT_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};WEFT_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
endfunction()

# weft_proto_library(NAME PROTOS ... [GRPC]): messages, and with GRPC the services too.
# Protobuf's and gRPC's own headers are SYSTEM headers for whoever includes the output.
function(weft_proto_library name)
  cmake_parse_arguments(ARG "GRPC" "" "PROTOS;DEPS" ${ARGN})
  set(generated "${CMAKE_BINARY_DIR}/generated")
  file(MAKE_DIRECTORY "${generated}")
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
    set(outputs "${generated}/${stem}.pb.cc" "${generated}/${stem}.pb.h")
    set(arguments "--cpp_out=${generated}")
    if(ARG_GRPC)
      list(APPEND outputs "${generated}/${stem}.grpc.pb.cc" "${generated}/${stem}.grpc.pb.h")
      list(APPEND arguments "--grpc_out=${generated}"
           "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc ${arguments} -I "${CMAKE_CURRENT_SOURCE_DIR}"
              "${CMAKE_CURRENT_SOURCE_DIR}/${proto}"
      DEPENDS "${proto}" VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(weft_${name} STATIC ${sources})
  target_include_directories(weft_${name} SYSTEM PUBLIC "${generated}")
  target_link_libraries(weft_${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS})
  if(ARG_GRPC)
    target_link_libraries(weft_${name} PUBLIC gRPC::grpc++)
  endif()
  add_library(weft::${name} ALIAS weft_${name})
endfunction()
