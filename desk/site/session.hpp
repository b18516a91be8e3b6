// One connection of one peer, as the ledger sees it: its row, its counters, and the events that are
// written in its name. Lives on the connection's strand.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "desk/site/site.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

class Session {
  public:
    Session(Site& site, std::string protocol, std::string listener,
            const boost::asio::ip::address& peer);

    [[nodiscard]] Site& site() const { return site_; }
    [[nodiscard]] const Id& id() const { return row_.id; }
    [[nodiscard]] Timestamp started() const { return row_.started; }
    [[nodiscard]] const boost::asio::ip::address& peer() const { return peer_; }
    /// Whom the limits count this peer as: its peer_network.
    [[nodiscard]] const std::string& network() const { return network_; }
    [[nodiscard]] const std::string& account() const { return row_.account; }
    [[nodiscard]] const std::string& protocol() const { return row_.protocol; }
    [[nodiscard]] const std::string& listener() const { return row_.listener; }
    [[nodiscard]] const std::string& client() const { return row_.client; }
    [[nodiscard]] const std::string& algorithms() const { return row_.algorithms; }

    /// What is known of the client by now; a login's event tells what was known when it came.
    void set_client(std::string version, std::string algorithms);
    /// Whom the session belongs to from now on, and how it logged in ("publickey+password").
    void set_account(std::string account, std::string login_methods);

    void count_in(std::uint64_t bytes) { row_.bytes_in += bytes; }
    void count_out(std::uint64_t bytes) { row_.bytes_out += bytes; }
    void count_file_in() { ++row_.files_in; }
    void count_file_out() { ++row_.files_out; }
    [[nodiscard]] std::uint64_t files_in() const { return row_.files_in; }
    [[nodiscard]] std::uint64_t files_out() const { return row_.files_out; }

    /// May `account` be here at all: over this listener, from this address, now?
    [[nodiscard]] policy::Verdict may_connect(const policy::Policy& policy,
                                              const policy::Account& account) const;
    /// Of one that has logged in: why the policy in force no longer lets its account be here;
    /// nothing where it does. Whoever is answered one ends the session, whose row then tells the
    /// verdict's reason, and its event the rule.
    [[nodiscard]] std::error_code reason_to_leave();
    /// The session is at its end: what it waits for of the desk, it waits for no longer.
    void leave() { leaving_ = true; }
    [[nodiscard]] bool is_leaving() const { return leaving_; }

    /// An event of this session, now, under the policy in force: the caller adds what it is about,
    /// and, where it has decided under a policy that it holds, the hash of that one.
    [[nodiscard]] ledger::Event event(ledger::Action action, ledger::Outcome outcome,
                                      const policy::Rule& rule) const;
    /// Appends in a transaction of its own, and makes or updates the session's row; resumes once
    /// both are durable; with Told::once_run before that (store.hpp: what is read or acknowledged
    /// later waits until they are, or are undone).
    [[nodiscard]] boost::asio::awaitable<Result<>> record(
        ledger::Event event, database::Told told = database::Told::once_durable);
    /// As `record`, but equal refusals within a minute become one row with a count.
    [[nodiscard]] boost::asio::awaitable<Result<>> record_refusal(ledger::Event event);

    /// The connection is refused before it begins, by the limit `what` of the policy of that hash:
    /// an event of no session, so that nobody makes rows by knocking.
    [[nodiscard]] boost::asio::awaitable<void> turned_away(std::string what, Digest32 policy);
    /// A request that this protocol never grants here (a shell, a forwarding); `what` is the
    /// event's detail. `from`: the address that it came from, where not the session's.
    [[nodiscard]] boost::asio::awaitable<void> refused_request(
        std::string what, std::optional<boost::asio::ip::address> from = {});
    /// Of the refusal that is about to be answered: words that say more than its code does.
    void explain(std::error_code refusal, std::string words) {
        explained_ = {refusal, std::move(words)};
    }
    /// What the peer is told of a refusal.
    [[nodiscard]] std::string words_of(std::error_code refusal) const {
        return refusal == explained_.first ? explained_.second : refusal.message();
    }

    /// A packet that the protocol does not allow.
    [[nodiscard]] boost::asio::awaitable<void> violated_protocol(std::string what);
    /// Ends the row; once.
    [[nodiscard]] boost::asio::awaitable<void> end(std::string reason);

  private:
    /// Why the account may no longer be here.
    struct Departure {
        std::string_view reason;  // static text
        policy::Rule rule;
        Digest32 policy;
    };

    Site& site_;
    boost::asio::ip::address peer_;
    std::string network_;
    ledger::Session row_;
    std::optional<Departure> departure_;
    std::pair<std::error_code, std::string> explained_;  // no refusal has the code 0
    bool row_written_ = false;
    bool leaving_ = false;
    bool ended_ = false;
};

}  // namespace consign::desk
