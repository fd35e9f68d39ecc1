#include "sys/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define BPFXX_TESTS_SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#        define BPFXX_TESTS_SANITIZED 1
#    endif
#endif

namespace {
std::atomic<std::size_t> count = 0;
}

namespace sys_test {

std::size_t allocations() { return count; }

#if defined(__GLIBC__) && !defined(BPFXX_TESTS_SANITIZED)
bool counts_malloc() { return true; }
#else
bool counts_malloc() { return false; }
#endif

} // namespace sys_test

void* operator new(std::size_t size) {
    ++count;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

#if defined(__GLIBC__) && !defined(BPFXX_TESTS_SANITIZED)

extern "C" {

void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t number, std::size_t size) noexcept;
void* __libc_realloc(void* memory, std::size_t size) noexcept;

void* malloc(std::size_t size) noexcept {
    ++count;
    return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
    ++count;
    return __libc_calloc(number, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
    ++count;
    return __libc_realloc(memory, size);
}

} // extern "C"

#endif
