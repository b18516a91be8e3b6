// `consign audit reindex`: what rows are found by is made whole.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "admin/audit.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

Outcome<> reindex(const Command& command) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto answered =
        (*door)->ask("audit.reindex", {}, [](const boost::json::object& /*row*/) {});
    if (!answered) return std::unexpected(answered.error());
    fmt::print("{} rows were looked at, and what was missing of the index was added\n",
               field_text(*answered, "rows"));
    return {};
}

}  // namespace

void add_audit_reindex(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "reindex", "Add what `audit verify` says is missing of what the ledger is searched by");
    verb->callback([&command] { command.verb = [&command] { return reindex(command); }; });
}

}  // namespace consign::admin
