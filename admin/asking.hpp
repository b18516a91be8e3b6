// The two ways in which the verbs of this command ask for something: to see rows, and to act.
#pragma once

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

/// Shows each row as it comes. Returns what stands after the last.
[[nodiscard]] Outcome<boost::json::object> show_rows(Door& door, const std::string& verb,
                                                     boost::json::object arguments,
                                                     RowPrinter& printer);

/// By the running daemon or, without one, on the store; no row is looked at. Returns what stands
/// after the last.
[[nodiscard]] Outcome<boost::json::object> ask_to_act(const Command& command,
                                                      const std::string& verb,
                                                      boost::json::object arguments);

/// The same, and prints how many jobs that was: "retried: 3".
[[nodiscard]] Outcome<> act_on_jobs(const Command& command, const std::string& verb,
                                    boost::json::object arguments, std::string_view done);

}  // namespace consign::admin
