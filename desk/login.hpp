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
#include "desk/site/session.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

/// A client's certificate, of which the peer has proved that it holds the key, and which the
/// listener's authority signed.
struct ClientIdentity {
    Digest32 fingerprint;  // SHA-256 of the certificate in DER
    std::string subject;   // RFC 2253, as policy::canonical_subject() writes it
};

class Login {
  public:
    /// Failed attempts before the connection is to be closed.
    static constexpr int attempt_limit = 6;
    /// Keys and certificates that may be offered before the connection is to be closed: none of
    /// them counts as an attempt.
    static constexpr int offer_limit = 20;
    /// A refused attempt is answered a whole number of these after it came, so that the answer's
    /// time does not tell whether its event was a row or a count, and thereby who is an account.
    static constexpr std::chrono::milliseconds refusal_step{100};

    struct Answer {
        enum class Outcome : std::uint8_t {
            refused,   // try another way: `next`
            partial,   // this method is done; the way needs more: `next`, of what the protocol
                       // carries
            complete,  // logged in: open_desk()
            ended,     // the connection is to be closed, with `why`
        } outcome = Outcome::refused;
        std::set<policy::Method> next;
        std::error_code why;  // a desk_errc
    };

    explicit Login(Session& session) : session_(session) {}

    /// Methods to offer to one who presented nothing yet ("none"); the same for everybody. A client
    /// certificate is presented with the connection or never, so it is none of them.
    [[nodiscard]] static std::set<policy::Method> all_methods();
    /// Would a signature by this key help? (RFC 4252 section 7, the query.) Leaves no event by
    /// itself.
    [[nodiscard]] bool key_is_welcome(const std::string& user, const Bytes& blob);
    /// The peer has proved that it holds the key.
    [[nodiscard]] boost::asio::awaitable<Answer> present_key(std::string user, Bytes blob);
    /// Would this certificate help? Leaves no event by itself. Where it would not, the peer may
    /// still log in in another way.
    [[nodiscard]] bool certificate_is_welcome(const std::string& user,
                                              const ClientIdentity& identity);
    /// One that is not the account's is a failed attempt.
    [[nodiscard]] boost::asio::awaitable<Answer> present_certificate(std::string user,
                                                                     ClientIdentity identity);
    /// Verified on the password pool.
    [[nodiscard]] boost::asio::awaitable<Answer> present_password(std::string user,
                                                                  SecretText password);

    [[nodiscard]] bool is_complete() const { return complete_; }
    /// Too much was tried: the connection is to be closed, with desk_errc::too_many_failed_logins.
    [[nodiscard]] bool is_exhausted() const {
        return failures_ >= attempt_limit || offers_ > offer_limit;
    }
    /// After `complete`, once. The Desk keeps the account's place in the session limits.
    [[nodiscard]] std::unique_ptr<Desk> open_desk();
    /// At the end of a connection on which nobody logged in: what was offered and would not do, and
    /// a way that was left half gone, leave an event, too.
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
    /// What is offered may be looked at: the account may connect. Counts the offer.
    [[nodiscard]] bool takes_offer(const Claim& claim, const std::string& user);
    [[nodiscard]] boost::asio::awaitable<Result<bool>> judge(std::string hash, SecretText password);
    [[nodiscard]] ledger::Event failed_login(const Claim& claim, std::string why) const;
    [[nodiscard]] boost::asio::awaitable<Answer> refuse(std::string user, Claim claim,
                                                        std::string why);
    /// `fingerprint`: of the key or the certificate.
    [[nodiscard]] boost::asio::awaitable<Answer> accept(std::string user, Claim claim,
                                                        policy::Method method, policy::Rule rule,
                                                        std::string fingerprint);

    Session& session_;
    std::string
        user_;  // whose methods have succeeded; another user starts afresh (RFC 4252 section 5)
    std::set<policy::Method> succeeded_;
    std::string key_, certificate_;  // fingerprints, of those that have
    int failures_ = 0;
    int offers_ = 0;
    std::string offered_as_;  // by whom, as the last of them
    bool complete_ = false;
    Occupancy::Place place_;
};

}  // namespace consign::desk
