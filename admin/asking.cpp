#include "admin/asking.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace consign::admin {

namespace json = boost::json;

Outcome<json::object> show_rows(Door& door, const std::string& verb, json::object arguments,
                                RowPrinter& printer) {
    auto answered = door.ask(verb, std::move(arguments),
                             [&printer](const json::object& row) { printer.print(row); });
    printer.finish();
    return answered;
}

Outcome<json::object> ask_to_act(const Command& command, const std::string& verb,
                                 json::object arguments) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    return (*door)->ask(verb, std::move(arguments), [](const json::object&) {});
}

Outcome<> act_on_jobs(const Command& command, const std::string& verb, json::object arguments,
                      std::string_view done) {
    const auto answered = ask_to_act(command, verb, std::move(arguments));
    if (!answered) return std::unexpected(answered.error());
    fmt::print("{}: {}\n", done, field_text(*answered, "jobs"));
    return {};
}

}  // namespace consign::admin
