#include "desk/site/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "desk/site/errc.hpp"
#include "desk/site/peer_network.hpp"
#include "storage/ledger/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

Session::Session(Site& site, std::string protocol, std::string listener,
                 const asio::ip::address& peer)
    : site_(site), peer_(peer), network_(peer_network(peer)) {
    row_.id = Id::random(site.random);
    row_.protocol = std::move(protocol);
    row_.listener = std::move(listener);
    row_.address = peer.to_string();
    row_.started = site.clock.now();
}

void Session::set_client(std::string version, std::string algorithms) {
    row_.client = std::move(version);
    row_.algorithms = std::move(algorithms);
}

void Session::set_account(std::string account, std::string login_methods) {
    row_.account = std::move(account);
    row_.login_methods = std::move(login_methods);
}

policy::Verdict Session::may_connect(const policy::Policy& policy,
                                     const policy::Account& account) const {
    const auto& open = site_.policy.open_listeners();
    const auto listener = std::ranges::find(open, row_.listener, &policy::Listener::name);
    if (listener == open.end()) return {false, account.rule, "no such listener is open"};
    return policy::may_connect(policy, account, *listener, peer_, site_.clock.now());
}

std::error_code Session::reason_to_leave() {
    const auto policy = site_.policy.current();
    const auto found = policy->accounts.find(row_.account);
    if (found == policy->accounts.end()) {
        departure_ = {"the account is no longer in the policy", {}, policy->hash};
        return desk_errc::account_withdrawn;
    }
    const auto verdict = may_connect(*policy, found->second);
    if (verdict.allowed) return {};
    departure_ = {verdict.reason, verdict.rule, policy->hash};
    return found->second.enabled ? desk_errc::no_longer_admitted : desk_errc::account_withdrawn;
}

ledger::Event Session::event(ledger::Action action, ledger::Outcome outcome,
                             const policy::Rule& rule) const {
    ledger::Event event;
    event.time = site_.clock.now();
    event.action = action;
    event.outcome = outcome;
    event.session = row_.id;
    event.account = row_.account;
    event.protocol = row_.protocol;
    event.rule = rule.text();
    event.policy = site_.policy.current()->hash;
    event.personal.address = row_.address;
    return event;
}

asio::awaitable<Result<>> Session::record(ledger::Event event, database::Told told) {
    const ledger::Session row = row_;  // the writer's own copy: the strand goes on counting
    const bool is_known = row_written_;
    const auto append = [&](Transaction& transaction) -> Result<> {
        // Events of one session may wait for the writer together, and what was told of may have
        // been undone: only here is it known whether there is a row.
        auto kept = is_known ? transaction.ledger.update_session(row)
                             : transaction.ledger.open_session(row);
        if (!kept && kept.error() == ledger::ledger_errc::already_open)
            kept = transaction.ledger.update_session(row);
        else if (!kept && kept.error() == ledger::ledger_errc::no_such_session)
            kept = transaction.ledger.open_session(row);
        if (!kept) return kept;
        if (auto appended = transaction.ledger.append(event); !appended)
            return failure(appended.error());
        return {};
    };
    const auto recorded = co_await site_.store.write(append, told);
    if (recorded)
        row_written_ = true;
    else
        site_.log.error("an event could not be recorded",
                        {{"session", row_.id}, {"why", recorded.error()}});
    co_return recorded;
}

asio::awaitable<Result<>> Session::record_refusal(ledger::Event event) {
    if (!site_.refusals.is_first(event, network_)) co_return Result<>{};
    const auto recorded = co_await record(event);
    if (!recorded) site_.refusals.was_not_written(event, network_);
    co_return recorded;
}

asio::awaitable<void> Session::turned_away(std::string what, Digest32 policy) {
    auto refused = event(ledger::Action::request_refused, ledger::Outcome::refused, {});
    refused.session = {};
    refused.detail = std::move(what);
    refused.policy = policy;
    if (!site_.refusals.is_first(refused, network_)) co_return;
    const auto recorded = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto appended = transaction.ledger.append(refused); !appended)
            return failure(appended.error());
        return {};
    });
    if (recorded) co_return;
    site_.refusals.was_not_written(refused, network_);
    site_.log.error("an event could not be recorded",
                    {{"session", row_.id}, {"why", recorded.error()}});
}

asio::awaitable<void> Session::refused_request(std::string what,
                                               std::optional<asio::ip::address> from) {
    auto refused = event(ledger::Action::request_refused, ledger::Outcome::refused, {});
    if (from) refused.personal.address = from->to_string();
    refused.detail = std::move(what);
    co_await record_refusal(std::move(refused));
}

asio::awaitable<void> Session::violated_protocol(std::string what) {
    auto violation = event(ledger::Action::protocol_violation, ledger::Outcome::failed, {});
    violation.detail = std::move(what);
    co_await record_refusal(std::move(violation));
}

asio::awaitable<void> Session::end(std::string reason) {
    if (ended_) co_return;
    ended_ = true;
    row_.ended = site_.clock.now();
    row_.end_reason = departure_ ? std::string(departure_->reason) : std::move(reason);
    // One who came and went without a word leaves a line in the log, and no row: rows would be his
    // to make.
    if (!row_written_) co_return;
    auto ended = event(ledger::Action::session_ended, ledger::Outcome::granted, {});
    ended.detail = fmt::format("{}; files in {}, out {}; bytes in {}, out {}", row_.end_reason,
                               row_.files_in, row_.files_out, row_.bytes_in, row_.bytes_out);
    ended.bytes = row_.bytes_in + row_.bytes_out;
    if (departure_) {
        ended.rule = departure_->rule.text();
        ended.policy = departure_->policy;
    }
    co_await record(std::move(ended), database::Told::once_run);
}

}  // namespace consign::desk
