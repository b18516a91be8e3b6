// Who is it? One Login for one connection: takes what the peer presents, and answers as the
// account's ways to log in say. An unknown account is answered as a known one with wrong
// credentials is, and takes as long.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "base/secret.hpp"
#include "desk/desk.hpp"
#include "desk/session.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

class Login {
  public:
    /// Failed attempts before the connection is to be closed.
    static constexpr int attempt_limit = 6;
    /// Keys that may be offered before that counts as an attempt.
    static constexpr int offered_keys_limit = 20;
    /// A refused attempt is answered a whole number of these after it came, so that the answer's
    /// time does not tell whether its event was a row or a count, and thereby who is an account.
    static constexpr std::chrono::milliseconds refusal_step{100};

    struct Answer {
        enum class Outcome : std::uint8_t {
            refused,   // try another way: `next`
            partial,   // this method is done; the way needs more: `next`
            complete,  // logged in: open_desk()
            ended,     // the connection is to be closed, with `why`
        } outcome = Outcome::refused;
        std::set<policy::Method> next;
        std::error_code why;  // a desk_errc
    };

    explicit Login(Session& session) : session_(session) {}

    /// Methods to offer to one who presented nothing yet ("none"); the same for everybody.
    [[nodiscard]] static std::set<policy::Method> all_methods();
    /// Would a signature by this key help? (RFC 4252 section 7, the query.) Leaves no event by
    /// itself.
    [[nodiscard]] bool key_is_welcome(const std::string& user, const Bytes& blob);
    /// The peer has proved that it holds the key.
    [[nodiscard]] boost::asio::awaitable<Answer> present_key(std::string user, Bytes blob);
    /// Verified on the password pool.
    [[nodiscard]] boost::asio::awaitable<Answer> present_password(std::string user,
                                                                  SecretText password);

    [[nodiscard]] bool is_complete() const { return complete_; }
    /// Too much was tried: the connection is to be closed, with desk_errc::too_many_failed_logins.
    [[nodiscard]] bool is_exhausted() const {
        return failures_ >= attempt_limit || keys_offered_ > offered_keys_limit;
    }
    /// After `complete`, once. The Desk keeps the account's place in the session limits.
    [[nodiscard]] std::unique_ptr<Desk> open_desk();
    /// At the end of a connection on which nobody logged in: keys that were offered and not known
    /// leave an event, too.
    [[nodiscard]] boost::asio::awaitable<void> give_up();

  private:
    struct Claim {
        std::shared_ptr<const policy::Policy> policy;
        const policy::Account* account = nullptr;  // null: unknown
        policy::Verdict may_connect;
        policy::Rule rule;  // that a refusal names
        std::chrono::steady_clock::time_point made = std::chrono::steady_clock::now();
    };
    [[nodiscard]] Claim claim(const std::string& user) const;
    [[nodiscard]] ledger::Event failed_login(const Claim& claim, std::string why) const;
    [[nodiscard]] boost::asio::awaitable<Answer> refuse(std::string user, Claim claim,
                                                        std::string why);
    [[nodiscard]] boost::asio::awaitable<Answer> accept(std::string user, Claim claim,
                                                        policy::Method method, policy::Rule rule);

    Session& session_;
    std::string
        user_;  // whose methods have succeeded; another user starts afresh (RFC 4252 section 5)
    std::set<policy::Method> succeeded_;
    int failures_ = 0;
    int keys_offered_ = 0;
    std::string offered_as_;  // by whom, as the last of them
    bool complete_ = false;
    Occupancy::Place place_;
};

}  // namespace consign::desk
