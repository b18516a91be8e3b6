// Passwords and their hashes. The one door to libsodium's argon2id and to crypt(3).
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace consign::desk {

/// Verifies on threads of its own: one argon2id costs 64 MiB and some 60 ms, so their number is
/// bounded, and no network thread waits for them. From any thread. Outlives whoever awaits it.
class Passwords {
  public:
    static constexpr std::size_t threads = 2;
    static constexpr std::size_t waiting_limit = 64;
    /// Of one network, by whoever asks; `verify` does not know it.
    static constexpr std::size_t waiting_limit_each = 8;
    /// crypt(3)'s own bound; longer ones are never right.
    static constexpr std::size_t password_limit_bytes = 511;

    Passwords();
    /// Waits for the hashes that are being computed.
    ~Passwords();
    Passwords(const Passwords&) = delete;
    Passwords& operator=(const Passwords&) = delete;

    /// Is this the password of `hash`: an argon2id string, or one that crypt(3) knows? False also
    /// for a hash of no known form. desk_errc::overloaded where `waiting_limit` passwords wait
    /// already.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> verify(std::string hash,
                                                              SecretText password);

    /// An argon2id string with libsodium's interactive cost (64 MiB, two passes) and a fresh salt.
    /// Blocks. std::errc::invalid_argument: empty, too long, or with a NUL in it;
    /// std::errc::not_enough_memory.
    [[nodiscard]] static Result<std::string> hash(const SecretText& password);

  private:
    boost::asio::thread_pool pool_{threads};
    std::atomic<std::size_t> waiting_ = 0;
};

}  // namespace consign::desk
