// Blocking work leaves the strand: it is posted to a pool, and its result comes back. It cannot be
// cancelled (a co_spawn across executors would hand over a raw cancellation signal, which races).
#pragma once

#include <boost/asio.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace consign {

enum class Resume {
    at_home,  // on the coroutine's own executor
    /// Where `work` returned a Result that holds a value: on the pool's thread, off the strand; so
    /// until it waits again, it may touch nothing that the strand guards. For what goes on to a
    /// third thread, as a commit does: to come home in between costs the waking of one more.
    there,
};

/// Runs `work` on `pool`; the coroutine resumes with what it returned, or threw. `work` may refer
/// to the coroutine's locals: they live until it resumes.
template <Resume resume = Resume::at_home, class Work>
auto offload(boost::asio::thread_pool& pool, Work work)
    -> boost::asio::awaitable<std::invoke_result_t<Work&>> {
    using Value = std::invoke_result_t<Work&>;
    const auto home = co_await boost::asio::this_coro::executor;
    std::optional<Value> value;
    std::exception_ptr thrown;
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
        [&](auto handler) {
            auto there = [&, handler = std::move(handler)]() mutable {
                try {
                    value.emplace(work());
                } catch (...) {
                    thrown = std::current_exception();
                }
                if constexpr (resume == Resume::there)
                    if (value && value->has_value()) return std::move(handler)();
                // Not post(): what a strand has left to do after this handler would then wake
                // another thread, instead of being gone on with by the one that runs it.
                boost::asio::defer(home, std::move(handler));
            };
            boost::asio::post(pool, std::move(there));
        },
        boost::asio::use_awaitable);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*value);
}

}  // namespace consign
