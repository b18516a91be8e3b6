// What the TLS connections of one FTPS listener share: certificate, key, versions, cipher suites,
// ticket keys. Immutable: a reload makes a new one, and each session keeps the one it began with,
// for its data connections too.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/algorithm_profile.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

struct ssl_ctx_st;

namespace consign::ftps {

class TlsContext {
  public:
    struct Options {
        std::filesystem::path certificate;               // PEM: the server's own, then its chain
        std::filesystem::path private_key;               // PEM; readable by its owner alone
        std::optional<std::filesystem::path> client_ca;  // PEM: certificates are asked for
        AlgorithmProfile profile = AlgorithmProfile::modern;
    };

    /// Blocks. tls_errc says which file is wrong, and how. A certificate that has expired is loaded
    /// all the same: most clients of this kind do not look, and none is served by a listener that
    /// is not there. The machine's openssl.cnf decides nothing here.
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> load(const Options& options);

    /// When the server's certificate expires.
    [[nodiscard]] Timestamp not_after() const { return not_after_; }

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

  private:
    friend class TlsStream;
    explicit TlsContext(const Options& options);

    [[nodiscard]] Result<> use_certificate(const std::filesystem::path& file);
    [[nodiscard]] Result<> use_private_key(const std::filesystem::path& file);
    [[nodiscard]] Result<> use_client_ca(const std::filesystem::path& file);

    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
    Timestamp not_after_{};
    const bool asks_for_client_certificates_;
};

}  // namespace consign::ftps
