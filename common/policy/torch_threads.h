// How many threads LibTorch computes with.
#ifndef WEFT_COMMON_POLICY_TORCH_THREADS_H_
#define WEFT_COMMON_POLICY_TORCH_THREADS_H_

namespace weft {

// Sets the threads of LibTorch and, where OpenBLAS is linked, of OpenBLAS, which
// ignores LibTorch's setting. For the whole process; call it before the first tensor
// operation.
void SetTorchThreads(int threads);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_TORCH_THREADS_H_
