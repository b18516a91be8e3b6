// Blocking work leaves the strand: it is posted to a pool, and its result posted back. It cannot be
// cancelled (a co_spawn across executors would hand over a raw cancellation signal, which races).
#pragma once

#include <boost/asio.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace consign {

/// Runs `work` on `pool`; the coroutine resumes on its own executor with what it returned, or
/// threw. `work` may refer to the coroutine's locals: they live until it resumes.
template <class Work>
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
