// The way to the data: through the running daemon's control socket, or, where no daemon runs, under
// the data folder's lock. Both do the same, and both record who did it.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>

#include "admin/command.hpp"
#include "admin/outcome.hpp"

namespace consign::admin {

class Door {
  public:
    using OnRow = std::function<void(const boost::json::object&)>;

    virtual ~Door() = default;
    /// Carries out one of the verbs of desk/administration.hpp; `on_row` sees each row as it comes.
    /// Returns what stands after the last row.
    [[nodiscard]] virtual Outcome<boost::json::object> ask(const std::string& verb,
                                                           boost::json::object arguments,
                                                           const OnRow& on_row) = 0;
};

/// The running daemon's; without one, the store's own.
[[nodiscard]] Outcome<std::unique_ptr<Door>> open_door(const Command& command);

/// The running daemon's alone; without one, a Failure with exit_no_daemon.
[[nodiscard]] Outcome<std::unique_ptr<Door>> open_daemon_door(const Command& command);

}  // namespace consign::admin
