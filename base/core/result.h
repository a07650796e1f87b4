#pragma once

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace pishkhan {

/// What happens in the world, as a value: either a T or a fault that the caller can act on. It is
/// tl::expected made [[nodiscard]] (Debian's is not), so that both compilers reject a dropped error.
/// Thread: a plain value.
template <class T, class E>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
  Result(tl::expected<T, E> other) : tl::expected<T, E>(std::move(other)) {}  // NOLINT: wanted implicit
};

/// `return fail(Fault::NoPaper);`
template <class E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> fail(E&& fault) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(fault));
}

}  // namespace pishkhan
