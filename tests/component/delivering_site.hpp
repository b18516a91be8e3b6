// A depot whose deposits go to a target that lives in memory, and who delivers them.
#pragma once

#include <fmt/format.h>

#include <boost/json.hpp>

#include "administered_store.hpp"
#include "daemon/workers/delivery_worker.hpp"
#include "desk/deliveries/delivery_verbs.hpp"
#include "desk_routed_site.hpp"
#include "fake_far_end.hpp"
#include "worker_turn.hpp"

namespace consign::testing {

inline constexpr std::string_view route =
    "  - name: out\n    when: {path: /drop/in/**}\n    to: [{deliver: \"his/inbox/{name}\"}]\n";

inline std::string targets(std::string_view more = "") {
    return std::string("targets:\n  his: {url: \"file:///srv/his\"").append(more).append("}\n");
}

/// A depot whose deposits of `drop` go to the target `his`, and who delivers them.
class DeliveringSite : public DeskSite {
  public:
    explicit DeliveringSite(std::string_view rest = targets(), std::string_view routes = route)
        : DeskSite(depot_with(routes, rest)) {
        begin_worker();
    }
    ~DeliveringSite() { worker.reset(); }

    /// Another daemon, on the same store.
    void begin_worker() {
        worker.reset();
        worker = std::make_unique<daemon::DeliveryWorker>(
            strand_.get_executor(), site(),
            std::make_shared<delivery::FarEnds>(connect ? connect : connecting_to(far)),
            std::chrono::milliseconds(0));
    }
    /// As in the daemon, until nothing waits.
    void run_until_all_is_delivered() {
        bool is_done = false;
        boost::asio::co_spawn(strand_, worker->run(), [&](std::exception_ptr thrown) {
            is_done = true;
            if (thrown) std::rethrow_exception(thrown);
        });
        strand_.restart();
        while (!waiting().empty()) strand_.run_for(std::chrono::milliseconds(5));
        worker->stop();
        while (!is_done) strand_.run_for(std::chrono::milliseconds(5));
    }
    /// On one thread: the strand's io_context is driven while the site's is.
    void work_off() { work_off_on(strand_, *worker); }
    void deposit(std::string_view name, ByteView bytes) {
        Peer drop(*this, "drop");
        required(drop.put(std::string("/in/").append(name), bytes));
        clock.advance(std::chrono::milliseconds(1));
    }
    std::vector<boost::json::object> ask(std::string_view verb,
                                         boost::json::object arguments = {}) {
        KeptRows rows;
        const auto table = desk::delivery_verbs(site());
        const auto answered = run(table.find(verb)->second(
            {.administrator = "root", .arguments = std::move(arguments), .rows = rows}));
        BOOST_REQUIRE_MESSAGE(answered.has_value(), (answered ? "" : answered.error()));
        return rows.rows;
    }
    /// "ID STATE ATTEMPTS" of each.
    std::vector<std::string> waiting() {
        std::vector<std::string> lines;
        for (const auto& row : ask("deliveries.list"))
            lines.push_back(fmt::format("{} {} {}", row.at("id").as_int64(),
                                        std::string(row.at("state").as_string()),
                                        row.at("attempts").as_uint64()));
        return lines;
    }
    std::vector<std::string> told(ledger::Action action) {
        std::vector<std::string> details;
        for (const auto& row : read([&](Transaction& transaction) {
                 return transaction.search.events({.action = action, .limit = 1000});
             }))
            details.push_back(row.event.detail);
        return details;
    }
    std::vector<std::string> names_there() {
        std::vector<std::string> names;
        for (const auto& [name, bytes] : far.files) names.push_back(name);
        return names;
    }

    FarFolder far;
    delivery::Connect connect;  // to another far end
    std::unique_ptr<daemon::DeliveryWorker> worker;

  private:
    boost::asio::io_context strand_;
};

}  // namespace consign::testing
