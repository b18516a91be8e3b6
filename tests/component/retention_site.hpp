// What the tests of retention share: a depot whose deposits have a class, time that passes as it
// does under a running daemon, and the administrator's verbs.
#pragma once

#include <boost/json.hpp>

#include "desk/administration.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/retention.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk_routed_site.hpp"

namespace consign::testing {

using std::chrono::days;
using std::chrono::hours;

/// Deposits of `drop` are of the class `report`, and go to `partner`.
[[nodiscard]] inline std::string kept(std::string_view terms) {
    return with_drop_granted(
        depot_with("  - name: all\n    when: {path: /drop/in/**}\n    class: report\n"
                   "    to: [{copy: \"/partner/out/{name}\"}]\n",
                   "classes:\n  report:\n    purpose: Reports\n    legal_basis: CSP L.1142-28\n" +
                       std::string(terms)),
        "upload, overwrite, rename, delete");
}

class KeptRowsOf final : public desk::RowSink {
  public:
    boost::asio::awaitable<Result<>> give(boost::json::object row) override {
        rows.push_back(std::move(row));
        co_return Result<>{};
    }
    std::vector<boost::json::object> rows;
};

class RetentionSite : public DeskSite {
  public:
    explicit RetentionSite(std::string_view policy = kept("    keep: 30 days\n"))
        : DeskSite(policy) {
        look();
    }

    /// What the worker does at one look.
    desk::Ended look() {
        while (required(run(desk::settle_stale(site())))) {
        }
        return required(run(desk::end_due(site())));
    }
    /// A daemon runs meanwhile, and looks four times a day. How many contents it destroyed.
    std::size_t pass(std::chrono::microseconds time) {
        std::size_t destroyed = 0;
        const std::chrono::microseconds step = hours(6);
        for (; time > std::chrono::microseconds(0); time -= step) {
            clock.advance(std::min(step, time));
            destroyed += look().destroyed;
        }
        return destroyed;
    }

    struct Answer {
        desk::Answered end;
        std::vector<boost::json::object> rows;
    };
    Answer ask(const std::string& verb, boost::json::object arguments = {}) {
        const auto verbs = desk::administrator_verbs(site());
        KeptRowsOf sink;
        auto end = run(verbs.at(verb)({"root", std::move(arguments), sink}));
        return {std::move(end), std::move(sink.rows)};
    }
    boost::json::object granted(const std::string& verb, boost::json::object arguments = {}) {
        auto answer = ask(verb, std::move(arguments));
        BOOST_REQUIRE_MESSAGE(answer.end.has_value(), (answer.end ? "" : answer.end.error()));
        return *answer.end;
    }

    /// The term that is kept for the only content there is.
    terms::Term only_term() {
        return read([](Transaction& transaction) -> Result<terms::Term> {
            const auto lives = transaction.catalog.lives(0, 10);
            if (!lives) return failure(lives.error());
            BOOST_REQUIRE(!lives->empty());
            const auto settled = transaction.terms.find(lives->front().file);
            if (!settled) return failure(settled.error());
            BOOST_REQUIRE(settled->has_value());
            return (*settled)->term;
        });
    }
    std::vector<ledger::Event> events(ledger::Action action) {
        std::vector<ledger::Event> events;
        for (const auto& row : read([&](Transaction& transaction) {
                 return transaction.search.events({.action = action});
             }))
            events.push_back(row.event);
        return events;
    }
};

}  // namespace consign::testing
