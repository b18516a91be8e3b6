// The TLS context that new sessions of a listener begin with: replaced when certificates are read
// again, and kept where they cannot be.
#pragma once

#include <memory>
#include <mutex>

#include "protocols/ftps/tls_context.hpp"

namespace consign::ftps {

class LiveTlsContext {
  public:
    LiveTlsContext(TlsContext::Options options, std::shared_ptr<const TlsContext> first)
        : options_(std::move(options)), current_(std::move(first)) {}

    /// From any thread.
    [[nodiscard]] std::shared_ptr<const TlsContext> current() const {
        const std::scoped_lock lock(mutex_);
        return current_;
    }
    /// Reads the same files again. Blocks. On an error what was there stays.
    [[nodiscard]] Result<> reload() {
        auto next = TlsContext::load(options_);
        if (!next) return failure(next.error());
        const std::scoped_lock lock(mutex_);
        current_ = std::move(*next);
        return {};
    }

  private:
    const TlsContext::Options options_;
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsContext> current_;
};

}  // namespace consign::ftps
