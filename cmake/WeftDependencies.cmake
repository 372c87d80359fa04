# Every package that Weft uses comes from Debian 12 (see scripts in `dev setup`).
# A newer LibTorch is found first when CMAKE_PREFIX_PATH names its folder.

# What learning needs, also where there is nothing but a LibTorch (WEFT_LEARNER_ONLY).
find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)

# LibTorch, as SYSTEM headers: they do not compile without warnings.
find_package(Torch REQUIRED)
add_library(weft_torch INTERFACE)
add_library(weft::torch ALIAS weft_torch)
target_include_directories(weft_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(weft_torch INTERFACE ${TORCH_LIBRARIES})

if(WEFT_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

if(WEFT_LEARNER_ONLY)
  return()
endif()

find_package(Protobuf REQUIRED)  # Debian ships no protobuf-config.cmake: module mode
find_package(gRPC CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)  # SHA-256

# cpp-httplib is header-only with a compiled part in Debian.
find_library(WEFT_HTTPLIB_LIBRARY cpp-httplib REQUIRED)
add_library(weft_httplib INTERFACE)
add_library(weft::httplib ALIAS weft_httplib)
target_link_libraries(weft_httplib INTERFACE ${WEFT_HTTPLIB_LIBRARY} Threads::Threads)

# MLIR and LLVM 19: the two shared libraries alone. The imported targets of the CMake
# package would pull in hundreds of static archives.
find_package(MLIR 19.1 CONFIG REQUIRED HINTS /usr/lib/llvm-19/lib/cmake/mlir)
add_library(weft_mlir INTERFACE)
add_library(weft::mlir ALIAS weft_mlir)
target_include_directories(weft_mlir SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_directories(weft_mlir INTERFACE ${LLVM_LIBRARY_DIRS})
target_link_libraries(weft_mlir INTERFACE MLIR LLVM-19 ${CMAKE_DL_LIBS})
# LLVM is built without RTTI; a class derived from one of its own must be, too.
target_compile_options(weft_mlir INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
